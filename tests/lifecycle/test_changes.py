"""What looks at a stage find changed, and what sweeps of it hold."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.strands.examples import own, row
from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan, a_quote
from trader.lifecycle import paging
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.changes import StageChanges
from trader.lifecycle.journal import Journal
from trader.lifecycle.plan_events import ConditionArmed, EntryTriggered
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Stage
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append, StoreUnavailable
from trader.strands.strand import Strand
from trader.streams.event import Event

ARMED = ConditionArmed(legs=("0",), quote=a_quote(), reason="seen below")
TRIGGERED = EntryTriggered(quote=a_quote(), reason="the price is above 30000")


class WatchedStore(SqliteStore):
    """Remembers which lifecycles were loaded; does not answer for one of them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.loaded: list[str] = []
        self.silent_at: str | None = None

    def load_many(self, lifecycle_ids: Sequence[str]) -> dict[str, tuple[Strand, ...]]:
        if self.silent_at in lifecycle_ids:
            raise StoreUnavailable("no answer")
        self.loaded += lifecycle_ids
        return super().load_many(lifecycle_ids)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[WatchedStore]:
    store = WatchedStore(tmp_path / "watched.db")
    yield store
    store.close()


class Looker:
    """Looks at the waiting plans of a store."""

    def __init__(self, store: WatchedStore) -> None:
        self._changes = StageChanges(store, Journal(store), Stage.MONITOR)

    def look(self) -> tuple[list[tuple[str, int]], set[str]]:
        """The lifecycles with their seqs, in the order of the pages, and the ids that are gone."""
        pages = list(self._changes.look())
        changed = [(found.lifecycle_id, found.seq) for page in pages for found in page.lifecycles]
        return changed, {key for page in pages for key in page.gone}


@pytest.fixture
def looker(watched: WatchedStore) -> Looker:
    return Looker(watched)


def accept(store: SqliteStore, *names: str) -> None:
    for name in names:
        builder = LifecycleBuilder(a_plan(plan_id=name), name).accepted()
        store.append(Append(name, NEW, builder.strands, project(builder.lifecycle)))


def append(store: SqliteStore, name: str, event: Event) -> None:
    journal = Journal(store)
    journal.append(journal.load(name), (event,), START + SECOND)


def spoil(store: SqliteStore, name: str, seq: int) -> None:
    """A strand of another version: nobody can read this lifecycle."""
    store.append(Append(name, seq - 1, [own(name, seq)], row(name, seq)))


def test_the_first_look_finds_all_and_the_next_what_changed(
    watched: WatchedStore, looker: Looker
) -> None:
    accept(watched, "a", "b", "c")
    assert looker.look() == ([("a", 0), ("b", 0), ("c", 0)], set())
    assert looker.look() == ([], set())

    append(watched, "b", ARMED)
    append(watched, "c", TRIGGERED)
    accept(watched, "d")
    watched.loaded.clear()
    assert looker.look() == ([("b", 1), ("d", 0)], {"c"})
    assert watched.loaded == ["b", "d"]
    assert looker.look() == ([], set())


def test_a_look_that_was_broken_off_is_gone_on_with(
    watched: WatchedStore, looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    accept(watched, "a", "b", "c", "d", "e")
    watched.silent_at = "c"
    with pytest.raises(StoreUnavailable):
        looker.look()
    watched.silent_at = None
    assert looker.look() == ([("c", 0), ("d", 0), ("e", 0)], set())
    assert watched.loaded == list("abcde")


def test_a_page_that_was_not_done_with_is_found_again(
    watched: WatchedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 1)
    accept(watched, "a", "b", "c")
    waiting = StageChanges(watched, Journal(watched), Stage.MONITOR)
    pages = waiting.look()
    assert [found.lifecycle_id for found in next(pages).lifecycles] == ["a"]
    assert [found.lifecycle_id for found in next(pages).lifecycles] == ["b"]
    del pages
    found = [found.lifecycle_id for page in waiting.look() for found in page.lifecycles]
    assert found == ["b", "c"]

    append(watched, "a", TRIGGERED)
    assert next(waiting.look()).gone == {"a"}
    assert [page.gone for page in waiting.look()] == [{"a"}]
    assert list(waiting.look()) == []


def test_one_that_moved_on_while_it_was_read_is_not_read_again(
    watched: WatchedStore, looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(watched, "a")
    stale = watched.heads(Stage.MONITOR)
    append(watched, "a", ARMED)
    with monkeypatch.context() as patch:
        patch.setattr(watched, "heads", lambda _stage: stale)
        assert looker.look() == ([("a", 1)], set())
    assert looker.look() == ([], set())


def test_one_that_cannot_be_read_is_gone_until_it_can(
    watched: WatchedStore, looker: Looker
) -> None:
    accept(watched, "a", "b")
    spoil(watched, "x", 0)
    assert looker.look() == ([("a", 0), ("b", 0)], {"x"})
    spoil(watched, "a", 1)
    assert looker.look() == ([], {"a", "x"})
    watched.loaded.clear()
    assert looker.look() == ([], {"a", "x"}), "told at each look"
    assert watched.loaded == ["a", "x"]


def test_a_cache_holds_the_stage_as_it_is_now(watched: WatchedStore) -> None:
    tracked = LifecycleCache(watched, Journal(watched), Stage.MONITOR)
    accept(watched, "b", "c", "d")
    assert [found.lifecycle_id for found in tracked.sweep()] == ["b", "c", "d"]

    accept(watched, "a")
    append(watched, "b", ARMED)
    append(watched, "c", TRIGGERED)
    swept = tracked.sweep()
    assert [(found.lifecycle_id, found.seq) for found in swept] == [("b", 1), ("d", 0), ("a", 0)]
    assert tracked.sweep() == swept
