"""What the judge is told of a plan's strands."""

import pytest

from chaos.verdict.evidence import doubts_of, endings_of, kinds_of_anomalies, planned_orders
from chaos.verdict.records import Ending
from tests.support.lifecycles import LifecycleBuilder
from trader.lifecycle.order_events import IntentDied, IntentUnknown, OrderAnomaly
from trader.lifecycle.plan_events import CancelRequested
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Leg, OrderState
from trader.risk.control import Control
from trader.risk.events import EntryDenied
from trader.venues.orders import AnswerKind, VenueOrderState


def in_doubt(builder: LifecycleBuilder) -> str:
    """The latest intent becomes unknown; its id."""
    intent_id = list(builder.lifecycle.intents)[-1]
    builder.event(IntentUnknown(intent_id=intent_id, error="timeout", reason="unknown"))
    return intent_id


def test_a_doubt_lasts_from_the_unknown_outcome_to_the_strand_that_ends_it() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended()
    entry = in_doubt(builder)
    began = builder.lifecycle.updated_at
    builder.answered(AnswerKind.FILLED, filled="1")
    ended = builder.lifecycle.updated_at
    builder.filled().intended(Leg.STOP, trigger="29000")
    stop = in_doubt(builder)

    first, second = doubts_of(builder.lifecycle)
    assert (first.intent_id, first.began, first.ended) == (entry, began, ended)
    assert (second.intent_id, second.ended) == (stop, None)


def test_a_proved_death_ends_a_doubt() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended()
    intent_id = in_doubt(builder)
    cloids = builder.lifecycle.doubtful(intent_id)
    builder.event(IntentDied(intent_id=intent_id, cloids=cloids, proof="expired", reason="dead"))

    (doubt,) = doubts_of(builder.lifecycle)
    assert doubt.ended == builder.lifecycle.updated_at


def test_an_answer_that_came_leaves_no_doubt() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended().answered()
    assert doubts_of(builder.lifecycle) == ()


def test_anomalies_are_told_by_kind() -> None:
    builder = LifecycleBuilder().entered()
    seen = OrderAnomaly(
        cloid=builder.lifecycle.orders_of(Leg.ENTRY)[-1].cloid,
        leg=Leg.ENTRY,
        state=OrderState.FILLED,
        signal=Signal.TRADED_TOO_MUCH,
        seen="trade 9",
        reason="it cannot be",
    )
    builder.event(seen)
    assert kinds_of_anomalies(builder.lifecycle) == ("traded_too_much while filled",)


def test_an_order_knows_the_strand_that_intended_it() -> None:
    builder = LifecycleBuilder().entered().intended(Leg.STOP, trigger="29000")
    entry, stop = planned_orders(builder.lifecycle)
    assert (entry.leg, entry.intent_seq) == (Leg.ENTRY, 2)
    assert (stop.leg, stop.intent_seq) == (Leg.STOP, builder.lifecycle.seq)


@pytest.mark.parametrize(
    ("status", "is_refused"),
    [
        ("canceled", False),
        ("reduceOnlyCanceled", True),
        ("marginCanceled", True),
    ],
)
def test_an_exit_that_the_venue_ended_by_itself_counts_as_refused(
    status: str, is_refused: bool
) -> None:
    builder = LifecycleBuilder().entered().intended(Leg.STOP, trigger="29000").answered()
    builder.reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="1", venue_status=status)
    assert planned_orders(builder.lifecycle)[-1].is_refused is is_refused


def test_a_refusal_is_told_in_the_venues_words() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended()
    builder.answered(AnswerKind.REJECTED, text="Trading is halted.")
    (entry,) = planned_orders(builder.lifecycle)
    assert (entry.is_refused, entry.has_landed) == (True, False)
    assert entry.venue_text == "Trading is halted."


def test_the_strands_that_end_a_plan() -> None:
    builder = LifecycleBuilder().entered()
    asked_at, asked = builder.now, builder.lifecycle.seq + 1
    builder.event(CancelRequested(requested_by="somebody", close_position=True, reason="asked"))
    builder.left("31000")
    ended_at = builder.lifecycle.updated_at
    assert endings_of(builder.lifecycle) == (
        Ending(asked, asked_at, "cancel_requested", is_final=False),
        Ending(builder.lifecycle.seq, ended_at, "execution_finished", is_final=True),
    )


@pytest.mark.parametrize("is_final", [True, False])
def test_a_denial_ends_a_plan_when_it_is_final(is_final: bool) -> None:
    denied = EntryDenied(
        control=Control.HALTED, limit="", value="", is_final=is_final, reason="halted"
    )
    builder = LifecycleBuilder().accepted().triggered().event(denied)
    assert len(endings_of(builder.lifecycle)) == is_final
