from datetime import timedelta

import pytest

from tests.support.lifecycles import SECOND, START, LifecycleBuilder
from trader.lifecycle.analysis_events import Latencies
from trader.lifecycle.stage import Leg
from trader.performance.latencies import latencies_of
from trader.venues.orders import AnswerKind, VenueOrderState

MILLISECOND = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)


def latencies(builder: LifecycleBuilder) -> Latencies:
    return latencies_of(builder.lifecycle)


def intended() -> LifecycleBuilder:
    """Intended at START + 2 s."""
    return LifecycleBuilder().accepted().triggered().intended()


def test_each_gap_is_taken_from_the_events_own_times() -> None:
    builder = LifecycleBuilder().accepted(approved_at=START - 2 * SECOND)
    builder.wait(HOUR).triggered().wait(3 * SECOND)
    at = builder.now
    builder.intended(intended_at=at + MILLISECOND)
    builder.answered(sent_at=at + 5 * MILLISECOND, answered_at=at + 155 * MILLISECOND)
    builder.filled(size="0.5", traded_at=at + 101 * MILLISECOND)
    builder.filled(size="0.5", traded_at=at + 301 * MILLISECOND)
    builder.intended(Leg.STOP, trigger="29000")
    builder.answered(AnswerKind.WAITING, answered_at=at + 601 * MILLISECOND)

    assert latencies(builder) == Latencies(
        approval_to_acceptance=2 * SECOND,
        acceptance_to_trigger=HOUR + SECOND,
        trigger_to_intent=4 * SECOND + MILLISECOND,
        intent_to_answer=154 * MILLISECOND,
        send_to_answer=150 * MILLISECOND,
        intent_to_first_fill=100 * MILLISECOND,
        first_to_last_entry_fill=200 * MILLISECOND,
        first_fill_to_protection=500 * MILLISECOND,
    )


def test_a_step_that_did_not_happen_has_no_latency() -> None:
    measured = latencies(LifecycleBuilder().accepted())

    assert measured.model_dump(exclude={"approval_to_acceptance", "clocks_disagree"}) == (
        dict.fromkeys(set(Latencies.model_fields) - {"approval_to_acceptance", "clocks_disagree"})
    )


def test_a_negative_gap_between_two_clocks_is_none_and_named_and_never_zero() -> None:
    builder = LifecycleBuilder().accepted(approved_at=START + SECOND).triggered()
    at = builder.now
    builder.intended().answered().filled(traded_at=at - MILLISECOND)

    measured = latencies(builder)
    assert measured.approval_to_acceptance is None
    assert measured.intent_to_first_fill is None
    assert measured.clocks_disagree == ("approval_to_acceptance", "intent_to_first_fill")


def test_after_a_second_trigger_only_the_second_attempt_counts() -> None:
    builder = intended().wait(HOUR).triggered().intended().answered()

    measured = latencies(builder)
    assert measured.trigger_to_intent == SECOND
    assert measured.intent_to_answer == SECOND


def test_the_answer_to_another_intent_is_not_the_entrys() -> None:
    builder = intended().filled().intended(Leg.STOP, trigger="29000").answered()

    measured = latencies(builder)
    assert measured.intent_to_answer is None
    assert measured.send_to_answer is None


@pytest.mark.parametrize("kind", [AnswerKind.REJECTED, AnswerKind.UNRECOGNISED])
def test_a_stop_that_was_not_accepted_protects_nothing(kind: AnswerKind) -> None:
    builder = intended().filled().intended(Leg.STOP, trigger="29000").answered(kind)

    assert latencies(builder).first_fill_to_protection is None


def test_a_target_is_no_protection() -> None:
    builder = intended().filled().intended(Leg.TARGET, trigger="31000").answered()

    assert latencies(builder).first_fill_to_protection is None


def test_a_stop_of_unknown_fate_protects_from_the_report_that_shows_it() -> None:
    builder = intended().filled().intended(Leg.STOP, trigger="29000").wait(10 * SECOND)
    builder.reported(VenueOrderState.OPEN, Leg.STOP)

    assert latencies(builder).first_fill_to_protection == 12 * SECOND
