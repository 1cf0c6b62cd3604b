"""What the judge is told of a plan's strands."""

from chaos.verdict.evidence import doubts_of, kinds_of_anomalies
from tests.support.lifecycles import LifecycleBuilder
from trader.lifecycle.order_events import IntentDied, IntentUnknown, OrderAnomaly
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Leg, OrderState
from trader.venues.orders import AnswerKind


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
