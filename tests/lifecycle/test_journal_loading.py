"""Many lifecycles at once: in few round trips, and none stops the others."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.support.counted_store import CountedStore
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.errors import Permanent
from trader.lifecycle.encoding import UnreadableStrand
from trader.lifecycle.fold import BrokenLifecycle
from trader.lifecycle.journal import Journal, Loaded, UnknownLifecycle
from trader.lifecycle.projection import project
from trader.strands.sqlite import SqliteStore
from trader.strands.store import InvalidStrand

NAMES = tuple(f"plan-{number}" for number in range(8))
BROKEN = ("plan-2", "plan-3", "plan-6")

Damage = Callable[[str, int, str], None]


@pytest.fixture
def counted(store: SqliteStore) -> CountedStore:
    """Eight plans that have entered, each of five strands."""
    for name in NAMES:
        builder = LifecycleBuilder(a_plan(plan_id=name), name).entered()
        store.append(name, -1, builder.strands, project(builder.lifecycle))
    return CountedStore(store)


@pytest.fixture
def journal(counted: CountedStore) -> Journal:
    return Journal(counted)


@pytest.fixture
def damage(store: SqliteStore) -> Iterator[Damage]:
    """Changes columns of one strand behind the store's back."""
    with closing(sqlite3.connect(store.path, isolation_level=None)) as outsider:
        outsider.execute("DROP TRIGGER ad_strands_no_update")

        def change(lifecycle_id: str, seq: int, assignment: str) -> None:
            where = "WHERE lifecycle_id = ? AND seq = ?"
            outsider.execute(f"UPDATE ad_strands SET {assignment} {where}", (lifecycle_id, seq))

        yield change


def test_together_gives_what_one_by_one_gives(journal: Journal, counted: CountedStore) -> None:
    loaded = journal.load_many(NAMES)
    assert loaded == Loaded({name: journal.load(name) for name in NAMES}, {})
    assert tuple(loaded.lifecycles) == NAMES
    assert counted.calls == {"load_many": 1, "load": len(NAMES)}


def test_nothing_is_asked_for_nothing(journal: Journal, counted: CountedStore) -> None:
    assert journal.load_many(()) == Loaded()
    assert not counted.calls


def test_an_unknown_one_is_told_apart(journal: Journal) -> None:
    loaded = journal.load_many(["plan-1", "nope"])
    assert list(loaded.lifecycles) == ["plan-1"]
    assert isinstance(loaded.unreadable["nope"], UnknownLifecycle)


@pytest.mark.parametrize(
    ("seq", "assignment", "error", "why"),
    [
        (2, "content = 'no JSON'", InvalidStrand, "content of strand .* was damaged in the store"),
        (2, "content = NULL", InvalidStrand, "content of strand .* was damaged in the store"),
        (4, "tags = '{}'", InvalidStrand, "tags of strand .* was damaged in the store"),
        (1, """content = '{"event": "odd"}'""", UnreadableStrand, "not an event of this version"),
        (2, "seq = 100", BrokenLifecycle, "expected seq 2, was 3"),
        (0, "seq = 100", BrokenLifecycle, "expected seq 0, was 1"),
    ],
)
def test_those_that_cannot_be_read_stop_no_other(
    journal: Journal, damage: Damage, seq: int, assignment: str, error: type[Permanent], why: str
) -> None:
    for name in BROKEN:
        damage(name, seq, assignment)

    loaded = journal.load_many(NAMES)

    assert tuple(loaded.lifecycles) == tuple(name for name in NAMES if name not in BROKEN)
    assert tuple(loaded.unreadable) == BROKEN
    for name in BROKEN:
        assert type(loaded.unreadable[name]) is error
        with pytest.raises(error, match=why):
            raise loaded.unreadable[name]
        with pytest.raises(error, match=why):
            journal.load(name)


def test_a_damaged_one_is_found_by_halving(
    journal: Journal, counted: CountedStore, damage: Damage
) -> None:
    damage("plan-5", 2, "content = 'no JSON'")

    assert list(journal.load_many(NAMES).unreadable) == ["plan-5"]
    # All eight, then the half with it and the half without, three times.
    assert counted.calls == {"load_many": 7}
