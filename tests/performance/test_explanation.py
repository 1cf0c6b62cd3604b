from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.position_events import HeldByPlan, PositionNetted
from trader.lifecycle.stage import ExitReason, Leg, Outcome
from trader.performance.analyzer import PerformanceAnalyzer
from trader.performance.explanation import expected_outcome
from trader.plans.plan import Direction, Expectation
from trader.venues.orders import AnswerKind, VenueOrderState

HOURS = timedelta(hours=2) - timedelta(seconds=3)


def reason(builder: LifecycleBuilder) -> str:
    return PerformanceAnalyzer().analyze(builder.lifecycle).reason


def test_a_target_in_words_with_figures() -> None:
    plan = a_plan(expectation=Expectation(return_fraction=Decimal("0.02")))
    builder = LifecycleBuilder(plan).entered("30030", fee="12").wait(HOURS)
    builder.intended(Leg.TARGET, trigger="30600").answered()
    builder.filled("30594", leg=Leg.TARGET, fee="12").finished()

    assert reason(builder) == (
        "closed by its target after 2 hours; "
        "entered long 1 at 30030, 10 bps worse than the decision price 30000; "
        "left at 30594, 1.9608 bps worse than the 30600 it aimed at; "
        "a profit of 540 US dollars after 24 US dollars of fees (1.7982% gain); "
        "expected 2% gain, got 1.7982% gain (0.2018 points worse)"
    )


def test_a_short_stopped_out() -> None:
    builder = LifecycleBuilder(a_plan(direction=Direction.SHORT)).entered("30030")
    builder.intended(Leg.STOP, trigger="31000").answered()
    builder.filled("31031", leg=Leg.STOP).finished()

    assert reason(builder) == (
        "closed by its stop after 3 s; "
        "entered short 1 at 30030, 10 bps better than the decision price 30000; "
        "left at 31031, 10 bps worse than the 31000 it aimed at; "
        "a loss of 1001 US dollars after 0 US dollars of fees (3.3333% loss)"
    )


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (ExitReason.TIME, "closed by a market order when its time was over"),
        (ExitReason.CANCELLED, "closed by a market order when it was cancelled"),
        (ExitReason.UNPROTECTED, "closed by a market order because it could not be protected"),
        (
            ExitReason.GIVEN_BACK,
            "closed by a market order that gave back what its exits took from other plans",
        ),
    ],
)
def test_a_market_exit_says_why(why: ExitReason, said: str) -> None:
    builder = LifecycleBuilder().entered().leaving(why).left("30000", leg=Leg.EXIT)

    assert reason(builder).startswith(said)


def test_every_reason_for_a_market_exit_has_its_words() -> None:
    for why in ExitReason:
        builder = LifecycleBuilder().entered().leaving(why).left("30000", leg=Leg.EXIT)
        assert reason(builder).startswith("closed by a market order")


def test_a_position_that_was_netted_names_the_opposite_plan_and_its_money() -> None:
    builder = LifecycleBuilder().entered("30000", "2")
    books = (HeldByPlan(lifecycle_id=builder.lifecycle_id, size=Decimal(2)),)
    netting = PositionNetted(
        size=Decimal(-2), price=Decimal(30300), books=books, net_size=Decimal(0), reason="netted"
    )
    told = reason(builder.event(netting).finished(Outcome.NETTED))
    assert told.startswith("closed by an opposite plan of the account")
    assert "a profit of 600 US dollars" in told


def test_two_exits_are_both_named_and_a_partial_entry_is_told() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended(size="4").answered()
    builder.filled("30000", "2").intended(Leg.TARGET, trigger="30300").answered()
    builder.filled("30300", leg=Leg.TARGET).leaving().left("30000", leg=Leg.EXIT)

    told = reason(builder)
    assert told.startswith("closed by its target and a market order when its time was over")
    assert "entered long 2 (50% of the intended size) at 30000, exactly at the decision" in told


def test_an_entry_without_a_decision_price_is_held_against_its_arrival() -> None:
    builder = LifecycleBuilder().accepted().triggered(mid=None).intended().answered()
    builder.filled("30030").left("30030")

    assert "at 30030, 10 bps worse than the arrival price 30000" in reason(builder)


def test_other_hands_are_named_and_the_profit_is_not_guessed() -> None:
    builder = LifecycleBuilder().entered(fee="12").finished(Outcome.CLOSED_EXTERNALLY)

    analysis = PerformanceAnalyzer().analyze(builder.lifecycle)
    assert analysis.reason == (
        "closed by other hands: 1 was not closed by the plan's own orders; "
        "entered long 1 at 30000, exactly at the decision price 30000; "
        "12 US dollars of fees paid, profit unknown"
    )
    assert analysis.actual_outcome == ("profit unknown: 1 was not closed by the plan's own orders")


def test_a_rejection_repeats_the_venues_words() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended()
    builder.answered(AnswerKind.REJECTED, text="Order must have minimum value of $10.")

    assert reason(builder.finished(Outcome.REJECTED)) == (
        "rejected: nothing traded; the venue said: Order must have minimum value of $10."
    )


def test_an_expired_order_says_how_the_venue_ended_it() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended().answered()
    builder.reported(VenueOrderState.CANCELLED, remaining="1", venue_status="canceled")

    assert reason(builder.finished(Outcome.EXPIRED)) == (
        "expired: nothing traded; the venue said: canceled"
    )


@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        ({}, None),
        ({"return_fraction": "0.02", "duration": "PT4H"}, "2% gain in 4 hours"),
        ({"return_fraction": "0.02"}, "2% gain"),
        ({"profit": "50"}, "a profit of 50 US dollars"),
        ({"duration": "PT4H"}, "held for 4 hours"),
        ({"entry_price": "30000"}, None),
    ],
)
def test_the_expected_outcome_in_a_few_words(expectation: object, said: str | None) -> None:
    assert expected_outcome(Expectation.model_validate(expectation)) == said
