"""What is archived, and that nothing is lost by it."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan
from trader.known_streams import stream_of
from trader.lifecycle.archiving import Archived, archive_finished
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Stage
from trader.performance.analyzer import PerformanceAnalyzer
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append, DuplicateSource, SequenceConflict
from trader.streams.rebuild import rebuild

LATER = START + timedelta(days=1)
KILLED = 300


def a_builder(name: str, wait: timedelta = timedelta()) -> LifecycleBuilder:
    return LifecycleBuilder(a_plan(plan_id=name), name).wait(wait)


def write(store: SqliteStore, *builders: LifecycleBuilder) -> dict[str, Lifecycle]:
    for builder in builders:
        store.append(Append(builder.lifecycle_id, NEW, builder.strands, project(builder.lifecycle)))
    return {builder.lifecycle_id: builder.lifecycle for builder in builders}


def refused(*names: str) -> list[LifecycleBuilder]:
    return [a_builder(name).refused() for name in names]


@pytest.fixture
def undone(store: SqliteStore) -> dict[str, Lifecycle]:
    """A plan at each stage but the last, all of them old."""
    return write(
        store,
        a_builder("waits").accepted(),
        a_builder("is placed").accepted().triggered(),
        a_builder("is tracked").entered(),
        a_builder("is analysed").entered().left("30600"),
    )


def test_what_is_done_goes_in_batches(store: SqliteStore) -> None:
    write(store, *refused(*"abcde"))
    assert list(archive_finished(store, LATER, batch=2)) == [
        Archived(2, 2),
        Archived(2, 2),
        Archived(1, 1),
    ]
    assert store.strands() == ()
    assert list(archive_finished(store, LATER, batch=2)) == []


def test_what_was_updated_since_stays(store: SqliteStore) -> None:
    write(store, a_builder("old").refused(), a_builder("new", 2 * SECOND).refused())
    assert list(archive_finished(store, START + SECOND, batch=9)) == [Archived(1, 1)]
    assert [strand.lifecycle_id for strand in store.strands()] == ["new"]


def test_nothing_undone_is_moved(store: SqliteStore, undone: dict[str, Lifecycle]) -> None:
    write(store, *refused("done"))
    assert list(archive_finished(store, LATER, batch=9)) == [Archived(1, 1)]
    assert {strand.lifecycle_id for strand in store.strands()} == undone.keys()
    assert {Stage(row.stage) for row in store.lifecycles()} == set(Stage)


def test_archived_lifecycles_are_what_they_were(
    store: SqliteStore, undone: dict[str, Lifecycle]
) -> None:
    closed = a_builder("closed").entered().left("30600")
    closed.event(PerformanceAnalyzer().analyze(closed.lifecycle))
    lifecycles = {**undone, **write(store, closed, *refused("refused"))}
    rows = store.lifecycles()
    moved = list(archive_finished(store, LATER, batch=1))
    assert sum(archived.strands for archived in moved) == len(closed.strands) + 1

    journal = Journal(store)
    assert {key: journal.load(key) for key in lifecycles} == lifecycles
    assert store.lifecycles() == rows
    assert rebuild(store, stream_of) == len(lifecycles)
    assert store.lifecycles() == rows


def test_a_plan_never_starts_twice(store: SqliteStore) -> None:
    first = a_builder("plan").refused()
    write(store, first)
    list(archive_finished(store, LATER, batch=1))
    with pytest.raises(SequenceConflict):
        write(store, first)
    again = LifecycleBuilder(first.plan, "again")
    again.event(*(event for _, event in first.lifecycle.history))
    with pytest.raises(DuplicateSource):
        write(store, again)


def test_killed_in_the_middle_it_loses_nothing(store: SqliteStore) -> None:
    lifecycles = write(store, *refused(*(f"plan-{number:03}" for number in range(KILLED))))
    rows = store.lifecycles(limit=KILLED)
    command = "from trader.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", command, "archive", "--older-than", "0", "--batch", "1"],
        env={**os.environ, "TRADER_STORE_URL": f"sqlite:///{store.path}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as archiving:
        assert archiving.stdout is not None
        assert archiving.stdout.readline() == "1 lifecycles archived, 1 strands\n"
        archiving.kill()
    left = len(store.strands(limit=KILLED))
    assert 0 < left < KILLED, "it was not killed in the middle"
    assert Journal(store).load_many(list(lifecycles)).lifecycles == lifecycles

    moved = list(archive_finished(store, LATER, batch=100))
    assert sum(archived.strands for archived in moved) == left
    assert Journal(store).load_many(list(lifecycles)).lifecycles == lifecycles
    assert store.lifecycles(limit=KILLED) == rows
