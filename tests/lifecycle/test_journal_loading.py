"""Many lifecycles at once: in few round trips, and none stops the others."""

from collections.abc import Iterator

import pytest

from tests.support.counted_store import CountedStore
from tests.support.damage import Damage, damage_to
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.errors import Permanent
from trader.lifecycle import paging
from trader.lifecycle.journal import Journal, Loaded, UnknownLifecycle, UnreadableLifecycle
from trader.lifecycle.projection import project
from trader.strands.sqlite import SqliteStore
from trader.strands.store import Append, InvalidStrand
from trader.streams.encoding import UnreadableStrand
from trader.streams.stream import BrokenStream

NAMES = tuple(f"plan-{number}" for number in range(8))
BROKEN = ("plan-2", "plan-3", "plan-6")


@pytest.fixture
def counted(store: SqliteStore) -> CountedStore:
    """Eight plans that have entered, each of five strands."""
    for name in NAMES:
        builder = LifecycleBuilder(a_plan(plan_id=name), name).entered()
        store.append(Append(name, -1, builder.strands, project(builder.lifecycle)))
    return CountedStore(store)


@pytest.fixture
def journal(counted: CountedStore) -> Journal:
    return Journal(counted)


@pytest.fixture
def damage(store: SqliteStore) -> Iterator[Damage]:
    with damage_to(store) as change:
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
        (2, "seq = 100", BrokenStream, "expected seq 2, was 3"),
        (0, "seq = 100", BrokenStream, "expected seq 0, was 1"),
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


def test_all_of_them_come_in_pages(
    journal: Journal, counted: CountedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 3)
    assert list(journal.load_all(iter(NAMES))) == list(NAMES)
    assert counted.calls == {"load_many": 3}
    assert journal.load_all(()) == {}


def test_all_of_them_is_none_without_one_that_cannot_be_read(
    journal: Journal, damage: Damage
) -> None:
    damage("plan-5", 2, "seq = 100")
    with pytest.raises(UnreadableLifecycle, match=r"'plan-5' is needed .*: .*expected seq 2"):
        journal.load_all(NAMES)
