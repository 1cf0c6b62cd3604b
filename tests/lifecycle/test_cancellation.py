from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.lifecycles import START, LifecycleBuilder, a_plan
from trader.lifecycle.cancellation import NothingToCancel, request_cancel
from trader.lifecycle.journal import Journal, UnknownLifecycle
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import (
    CancelRequested,
    EntryTriggered,
    PlanAccepted,
    PlanCancelled,
    PlanRefused,
)
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.stage import Outcome, Stage
from trader.plans.refusal import RefusalCode
from trader.strands.sqlite import SqliteStore
from trader.strands.store import SequenceConflict
from trader.streams.event import Event

ACCEPTED = PlanAccepted(
    plan=a_plan(), entry_condition="now", source_id="source", approved_at=START, reason="understood"
)
TRIGGERED = EntryTriggered(quote=None, reason="it holds")
INTENDED = LifecycleBuilder().accepted().triggered().intended().lifecycle.history[-1][1]
FINISHED = ExecutionFinished(outcome=Outcome.CLOSED, reason="flat")
REFUSED = PlanRefused(
    code=RefusalCode.MALFORMED, field="", value="", source_id="source", reason="no plan"
)


@pytest.fixture
def journal(store: SqliteStore) -> Journal:
    return Journal(store)


def begin(journal: Journal, *events: Event) -> Lifecycle:
    first, *others = events
    return journal.append(journal.begin("plan", first, START), others, START)


def cancel(journal: Journal, *, close: bool = False) -> Lifecycle:
    return request_cancel(journal, "plan", requested_by="operator", close_position=close, now=START)


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize(
    ("events", "stage", "event"),
    [
        ((ACCEPTED,), Stage.DONE, PlanCancelled),
        ((ACCEPTED, TRIGGERED), Stage.PLACE, CancelRequested),
        ((ACCEPTED, TRIGGERED, INTENDED), Stage.TRACK, CancelRequested),
    ],
)
def test_a_waiting_plan_ends_at_once_and_others_are_asked_to(
    journal: Journal, events: tuple[Event, ...], stage: Stage, event: type[Event], close: bool
) -> None:
    begin(journal, *events)
    after = cancel(journal, close=close)

    assert after.stage is stage
    assert after.outcome is (Outcome.CANCELLED if stage is Stage.DONE else None)
    assert type(after.history[-1][1]) is event
    assert journal.load("plan").seq == len(events)


@pytest.mark.parametrize("events", [(REFUSED,), (ACCEPTED, TRIGGERED, INTENDED, FINISHED)])
def test_what_has_ended_cannot_be_cancelled(journal: Journal, events: tuple[Event, ...]) -> None:
    begin(journal, *events)

    with pytest.raises(NothingToCancel, match=r"has ended: (refused|closed)"):
        cancel(journal)
    assert journal.load("plan").seq == len(events) - 1


@pytest.mark.parametrize(
    ("first", "second", "is_news"),
    [(False, False, False), (False, True, True), (True, False, False), (True, True, False)],
)
def test_only_a_wish_that_goes_further_is_taken_again(
    journal: Journal, first: bool, second: bool, is_news: bool
) -> None:
    begin(journal, ACCEPTED, TRIGGERED, INTENDED)
    cancel(journal, close=first)

    if is_news:
        after = cancel(journal, close=second)
        assert after.cancel is not None
        assert after.cancel.close_position
    else:
        with pytest.raises(NothingToCancel, match="is being cancelled already"):
            cancel(journal, close=second)


def test_a_plan_that_moves_meanwhile_is_cancelled_where_it_then_is(store: SqliteStore) -> None:
    class MovesOnce(Journal):
        """Another worker triggers the plan between our load and our append."""

        has_moved = False

        def load(self, lifecycle_id: str) -> Lifecycle:
            lifecycle = super().load(lifecycle_id)
            if not self.has_moved:
                self.has_moved = True
                self.append(lifecycle, (TRIGGERED,), START)
            return lifecycle

    journal = MovesOnce(store)
    begin(journal, ACCEPTED)
    after = cancel(journal)

    assert after.stage is Stage.PLACE
    assert after.cancel is not None


def test_a_plan_that_never_holds_still_is_left_with_a_conflict(store: SqliteStore) -> None:
    class AlwaysMoves(Journal):
        def load(self, lifecycle_id: str) -> Lifecycle:
            lifecycle = super().load(lifecycle_id)
            self.append(lifecycle, (TRIGGERED,), START)
            return lifecycle

    begin(Journal(store), ACCEPTED)
    with pytest.raises(SequenceConflict, match="changed 10 times meanwhile"):
        cancel(AlwaysMoves(store))


def test_many_cancel_at_once_and_one_is_heard(journal: Journal) -> None:
    begin(journal, ACCEPTED)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(cancel, journal) for _ in range(8)]
    errors = [future.exception() for future in futures]

    assert errors.count(None) == 1
    assert all(isinstance(error, NothingToCancel) for error in errors if error is not None)
    assert journal.load("plan").seq == 1


def test_a_plan_that_nobody_knows_is_named(journal: Journal) -> None:
    with pytest.raises(UnknownLifecycle, match="'plan'"):
        cancel(journal)
