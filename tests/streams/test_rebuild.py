import pytest

from tests.support.counted_store import CountedStore
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.known_streams import stream_of
from trader.lifecycle.projection import project
from trader.strands.sqlite import SqliteStore
from trader.strands.store import Append
from trader.strands.strand import LifecycleRow
from trader.streams import rebuild as rebuilding
from trader.streams.rebuild import rebuild


def plans() -> list[LifecycleBuilder]:
    """One plan at each stage."""
    new = [
        LifecycleBuilder(a_plan(plan_id=f"plan-{number}"), f"lifecycle-{number}")
        for number in range(6)
    ]
    return [
        new[0].accepted(),
        new[1].accepted().triggered(),
        new[2].accepted().triggered().intended(),
        new[3].entered(),
        new[4].entered().left("30600"),
        new[5].refused(),
    ]


@pytest.fixture
def rows(store: SqliteStore) -> tuple[LifecycleRow, ...]:
    """The rows that the appends wrote, strand by strand."""
    for builder in plans():
        state = builder.lifecycle
        store.append(Append(state.lifecycle_id, -1, builder.strands, project(state)))
    return store.lifecycles()


def test_a_rebuild_gives_the_same_rows(store: SqliteStore, rows: tuple[LifecycleRow, ...]) -> None:
    assert len(rows) == 6

    assert rebuild(store, stream_of) == 6
    assert store.lifecycles() == rows


def test_a_lost_projection_comes_back(store: SqliteStore, rows: tuple[LifecycleRow, ...]) -> None:
    store.clear_lifecycles()
    assert store.lifecycles() == ()

    rebuild(store, stream_of)
    assert store.lifecycles() == rows


def test_a_rebuild_goes_page_by_page(
    store: SqliteStore, rows: tuple[LifecycleRow, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", 4)
    store.clear_lifecycles()
    counted = CountedStore(store)

    assert rebuild(counted, stream_of) == 6
    assert store.lifecycles() == rows
    assert counted.calls == {
        "clear_lifecycles": 1, "lifecycle_ids": 3, "load_many": 2, "replace_lifecycles": 2,
    }  # fmt: skip


def test_an_empty_journal_has_nothing_to_rebuild(store: SqliteStore) -> None:
    assert rebuild(store, stream_of) == 0
    assert store.lifecycles() == ()
