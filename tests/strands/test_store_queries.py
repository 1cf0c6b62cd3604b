"""What every store of strands must find: lifecycles and strands, filtered and paged."""

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from tests.strands.examples import AT, foreign, own, row, start
from trader.strands.store import (
    NEW,
    Append,
    DuplicatePlan,
    StrandStore,
)
from trader.strands.strand import Strand


class TestLifecycles:
    @pytest.fixture
    def rows(self, store: StrandStore) -> None:
        hour = timedelta(hours=1)
        start(store, "a", stage="monitor", due_at=AT, symbol="BTC")
        start(store, "b", stage="monitor", due_at=AT + hour, symbol="ETH")
        start(store, "c", stage="monitor", due_at=None, symbol="BTC")
        start(store, "d", stage="track", due_at=AT - hour, symbol="BTC", has_exposure=True)
        start(
            store, "e", stage="track", due_at=AT, symbol="ETH", has_exposure=True, direction="short"
        )
        start(store, "f", stage="done", due_at=None, symbol=None)

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, "abcdef"),
            ({"stage": "monitor"}, "abc"),
            ({"stage": "nowhere"}, ""),
            ({"due_by": AT}, "ade"),
            ({"due_by": AT - timedelta(microseconds=1)}, "d"),
            ({"due_by": AT.astimezone(timezone(timedelta(hours=5)))}, "ade"),
            ({"stage": "monitor", "due_by": AT + timedelta(days=1)}, "ab"),
            ({"stage": "monitor", "due_by": AT + timedelta(days=1), "after": "a"}, "b"),
            ({"symbol": "BTC"}, "acd"),
            ({"symbol": "BTC", "has_exposure": True}, "d"),
            ({"has_exposure": True}, "de"),
            ({"has_exposure": False}, "abcf"),
            ({"direction": "short"}, "e"),
            ({"symbol": "ETH", "has_exposure": True, "direction": "short"}, "e"),
            ({"symbol": "BTC", "has_exposure": True, "direction": "short"}, ""),
            ({"stage": "track", "due_by": AT, "symbol": "ETH", "has_exposure": True}, "e"),
            ({"after": "c"}, "def"),
            ({"after": "f"}, ""),
            ({"stage": "track", "after": "d"}, "e"),
            ({"limit": 2}, "ab"),
            ({"after": "b", "limit": 2}, "cd"),
        ],
    )
    @pytest.mark.usefixtures("rows")
    def test_match_all_filters_in_order_of_id(
        self, store: StrandStore, filters: dict[str, Any], found: str
    ) -> None:
        assert [each.lifecycle_id for each in store.lifecycles(**filters)] == list(found)

    @pytest.mark.parametrize(
        ("stage", "found"),
        [("monitor", "abc"), ("track", "de"), ("done", "f"), ("nowhere", "")],
    )
    @pytest.mark.usefixtures("rows")
    def test_heads_are_the_seqs_of_a_stage_in_order_of_id(
        self, store: StrandStore, stage: str, found: str
    ) -> None:
        assert list(store.heads(stage).items()) == [(name, 0) for name in found]

    def test_heads_follow_the_appends(self, store: StrandStore) -> None:
        start(store, "a")
        start(store, 'odd: ä "quote" {x} \\')
        store.append(Append("a", 0, [own("a", 1), own("a", 2)], row("a", 2)))
        assert store.heads("monitor") == {"a": 2, 'odd: ä "quote" {x} \\': 0}
        store.append(Append("a", 2, [own("a", 3)], row("a", 3, stage="done")))
        assert store.heads("done") == {"a": 3}
        assert "a" not in store.heads("monitor")

    def test_heads_are_all_there_however_many(self, store: StrandStore) -> None:
        rows = [row(f"{number:05}", number, stage="track") for number in range(1200)]
        store.replace_lifecycles(rows)
        heads = store.heads("track")
        assert list(heads.items()) == [(each.lifecycle_id, each.seq) for each in rows]

    def test_archivable_is_what_is_done_and_old_and_not_archived(self, store: StrandStore) -> None:
        moment = timedelta(microseconds=1)
        for name, age in zip("abcdef", (2, 2, 1, 0, -1, 2), strict=True):
            start(store, name, stage="done", updated_at=AT - age * moment)
        start(store, "waits", updated_at=AT - moment)
        store.archive(["b"])
        store.insert_foreign(foreign("of b", lifecycle_id="b"))
        assert store.archivable(AT) == ("a", "c", "f")
        assert store.archivable(AT, limit=2) == ("a", "c")
        assert store.archivable(AT, after="c") == ("f",)
        assert store.archivable(AT.astimezone(timezone(timedelta(hours=-5)))) == ("a", "c", "f")
        store.append(
            Append("b", 0, [own("b", 1)], row("b", 1, stage="done", updated_at=AT - moment))
        )
        assert store.archivable(AT) == ("a", "b", "c", "f"), "it got another strand"

    def test_trades_booked(self, store: StrandStore) -> None:
        start(store, "a")
        store.append(Append("a", 0, [replace(own("a", 1), trade_id="7")], row("a", 1)))
        store.insert_foreign(replace(foreign("other"), trade_id="8"))
        assert store.trades_booked(["7", "8", "9"]) == {"7", "8"}
        assert store.trades_booked([]) == frozenset()

    def test_ids_of_lifecycles_are_paged(self, store: StrandStore) -> None:
        for name in "bca":
            start(store, name)
        store.append(Append("b", 0, [own("b", 1)], row("b", 1)))
        assert store.lifecycle_ids() == ("a", "b", "c")
        assert store.lifecycle_ids(limit=2) == ("a", "b")
        assert store.lifecycle_ids(after="b") == ("c",)

    @pytest.mark.usefixtures("rows")
    def test_the_projection_can_be_made_anew(self, store: StrandStore) -> None:
        rows = store.lifecycles()
        store.clear_lifecycles()
        assert store.lifecycles() == ()
        assert store.lifecycle_ids() == ("a", "b", "c", "d", "e", "f")
        store.replace_lifecycles(rows)
        store.replace_lifecycles(rows)
        assert store.lifecycles() == rows

    def test_the_projection_is_replaced_whole_or_not(self, store: StrandStore) -> None:
        start(store, "a")
        rows = [row("b", 0, plan_id="plan"), row("c", 0, plan_id="plan")]
        with pytest.raises(DuplicatePlan):
            store.replace_lifecycles(rows)
        assert store.lifecycles() == (row("a", 0),)

    def test_appends_go_on_while_the_projection_is_empty(self, store: StrandStore) -> None:
        start(store, "a")
        store.clear_lifecycles()
        store.append(Append("a", 0, [own("a", 1)], row("a", 1)))
        assert store.lifecycle("a") == row("a", 1)


class TestStrands:
    def test_are_in_order_of_time_and_id(self, store: StrandStore) -> None:
        early = foreign("z", created_at=AT - timedelta(microseconds=1))
        same_time = [foreign("a"), own("life", 0), foreign("x")]
        for strand in (same_time[2], early, same_time[0]):
            store.insert_foreign(strand)
        store.append(Append("life", NEW, [same_time[1]], row("life", 0)))
        assert store.strands() == (early, *same_time)

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    def test_pages_neither_skip_nor_repeat_equal_times(
        self, store: StrandStore, limit: int
    ) -> None:
        written = [
            foreign(f"{tick}{name}", created_at=AT + timedelta(microseconds=tick))
            for tick in range(3)
            for name in "abcd"
        ]
        for strand in reversed(written):
            store.insert_foreign(strand)
        read: list[Strand] = []
        page = store.strands(limit=limit)
        while page:
            assert len(page) <= limit
            read += page
            page = store.strands(after=(page[-1].created_at, page[-1].id), limit=limit)
        assert read == written

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, ["life-0", "life-1", "one", "two"]),
            ({"lifecycle_id": "life"}, ["life-0", "life-1", "two"]),
            ({"kind": "k"}, ["life-1", "one"]),
            ({"module": "cil"}, ["two"]),
            ({"lifecycle_id": "life", "kind": "k"}, ["life-1"]),
            ({"lifecycle_id": "life", "kind": "k", "after": (AT, "life-1")}, []),
            ({"kind": "k", "after": (AT, "life-1")}, ["one"]),
            ({"module": "trader", "after": (AT, "life-0")}, ["life-1"]),
            ({"lifecycle_id": "life", "kind": "k", "module": "dm"}, []),
        ],
    )
    def test_match_all_filters(
        self, store: StrandStore, filters: dict[str, Any], found: list[str]
    ) -> None:
        strands = [own("life", 0), own("life", 1, kind="k")]
        store.append(Append("life", NEW, strands, row("life", 1)))
        store.insert_foreign(foreign("one", kind="k"))
        store.insert_foreign(foreign("two", module="cil", lifecycle_id="life"))
        assert [strand.id for strand in store.strands(**filters)] == found

    def test_many_lifecycles_are_loaded_at_once(self, store: StrandStore) -> None:
        store.insert_foreign(foreign("theirs", lifecycle_id="a"))
        for name in "cab":
            start(store, name)
        store.append(Append("a", 0, [own("a", 1)], row("a", 1)))
        assert store.load_many(["b", "a", "unknown", "a"]) == {
            "a": (own("a", 0), own("a", 1)),
            "b": (own("b", 0),),
        }
        assert store.load_many([]) == {}

    def test_more_lifecycles_are_loaded_than_a_statement_has_room_for(
        self, store: StrandStore
    ) -> None:
        names = [f"{number:04}" for number in range(1100)]
        store.append(*[Append(name, NEW, [own(name, 0)], row(name, 0)) for name in names])
        loaded = store.load_many(names)
        assert loaded == {name: (own(name, 0),) for name in names}

    def test_an_unknown_id_is_none(self, store: StrandStore) -> None:
        assert store.strand("unknown") is None
        assert store.load("unknown") == ()
        assert store.lifecycle("unknown") is None
