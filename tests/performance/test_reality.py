from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.analysis_events import (
    Comparison,
    ExecutionQuality,
    Judgement,
    Measure,
    Result,
    Unit,
)
from trader.lifecycle.stage import Leg, Outcome
from trader.performance.analyzer import PerformanceAnalyzer
from trader.performance.reality import compare
from trader.plans.plan import Direction, Expectation

LONG, SHORT = Direction.LONG, Direction.SHORT
BETTER, WORSE = Judgement.BETTER, Judgement.WORSE
EXPECTED, DIFFERENT = Judgement.AS_EXPECTED, Judgement.DIFFERENT
TRADED = ExecutionQuality(
    decision_price=None,
    arrival_price=None,
    arrival_spread_bps=None,
    entry_price=Decimal(100),
    exit_price=None,
    exit_benchmark=None,
    slippage_to_decision_bps=None,
    slippage_to_arrival_bps=None,
    exit_slippage_bps=None,
    entry_size=Decimal(1),
    fill_ratio=Decimal(1),
    fees=Decimal(0),
    taker_share=None,
)
EARNED = Result(
    gross=Decimal(0),
    net=Decimal(0),
    return_fraction=Decimal(0),
    held_for=timedelta(hours=2),
    left_open=Decimal(0),
)
money = st.decimals("-10000", "10000", places=2)


def compared(
    measure: Measure, expected: object, actual: object, direction: Direction = LONG
) -> Comparison:
    """The one comparison of a plan that expects this of a measure and gets that."""
    plan = a_plan(direction=direction, expectation={measure: expected})
    of_prices = measure in (Measure.ENTRY_PRICE, Measure.EXIT_PRICE)
    name = {Measure.PROFIT: "net", Measure.DURATION: "held_for"}.get(measure, str(measure))
    quality = TRADED.model_copy(update={name: actual} if of_prices else {})
    result = EARNED.model_copy(update={} if of_prices else {name: actual})
    (comparison,) = compare(plan, quality, result)
    return comparison


@pytest.mark.parametrize(
    ("measure", "direction", "expected", "actual", "judgement", "sentence"),
    [
        (
            Measure.ENTRY_PRICE, LONG, "30000", "30015", WORSE,
            "expected entry at 30000, got entry at 30015 (5 bps worse)",
        ),
        (
            Measure.ENTRY_PRICE, SHORT, "30000", "30015", BETTER,
            "expected entry at 30000, got entry at 30015 (5 bps better)",
        ),
        (
            Measure.ENTRY_PRICE, LONG, "30000", "30003", EXPECTED,
            "expected entry at 30000, got entry at 30003 (as expected)",
        ),
        (
            Measure.EXIT_PRICE, LONG, "31000", "30969", WORSE,
            "expected exit at 31000, got exit at 30969 (10 bps worse)",
        ),
        (
            Measure.EXIT_PRICE, SHORT, "29000", "28971", BETTER,
            "expected exit at 29000, got exit at 28971 (10 bps better)",
        ),
        (
            Measure.PROFIT, LONG, "100", "75.5", WORSE,
            "expected a profit of 100 US dollars, got a profit of 75.5 US dollars "
            "(24.5 US dollars worse)",
        ),
        (
            Measure.PROFIT, SHORT, "100", "-20", WORSE,
            "expected a profit of 100 US dollars, got a loss of 20 US dollars "
            "(120 US dollars worse)",
        ),
        (
            Measure.PROFIT, LONG, "-100", "-60", BETTER,
            "expected a loss of 100 US dollars, got a loss of 60 US dollars "
            "(40 US dollars better)",
        ),
        (
            Measure.RETURN_FRACTION, LONG, "0.02", "0.015", WORSE,
            "expected 2% gain, got 1.5% gain (0.5 points worse)",
        ),
        (
            Measure.RETURN_FRACTION, SHORT, "0.02", "-0.03", WORSE,
            "expected 2% gain, got 3% loss (5 points worse)",
        ),
        (
            Measure.RETURN_FRACTION, LONG, "0.02", "0.0201", EXPECTED,
            "expected 2% gain, got 2.01% gain (as expected)",
        ),
        (
            Measure.RETURN_FRACTION, LONG, "0.02", "0.03", BETTER,
            "expected 2% gain, got 3% gain (1 point better)",
        ),
    ],
)  # fmt: skip
def test_a_figure_is_judged_by_its_direction(
    measure: Measure,
    direction: Direction,
    expected: str,
    actual: str,
    judgement: Judgement,
    sentence: str,
) -> None:
    comparison = compared(measure, Decimal(expected), Decimal(actual), direction)

    assert comparison.judgement is judgement
    assert comparison.difference == Decimal(actual) - Decimal(expected)
    assert comparison.sentence == sentence


@pytest.mark.parametrize(
    ("actual", "judgement", "verdict"),
    [
        (timedelta(hours=2), DIFFERENT, "got 2 hours held (2 hours shorter)"),
        (timedelta(hours=5), DIFFERENT, "got 5 hours held (1 hour longer)"),
        (timedelta(hours=4, minutes=2), EXPECTED, "got 4 hours 2 minutes held (as expected)"),
    ],
)
def test_a_duration_is_neither_better_nor_worse(
    actual: timedelta, judgement: Judgement, verdict: str
) -> None:
    comparison = compared(Measure.DURATION, timedelta(hours=4), actual)

    assert comparison.judgement is judgement
    assert comparison.unit is Unit.SECONDS
    assert comparison.actual == Decimal(actual.total_seconds())
    assert comparison.sentence == f"expected 4 hours held, {verdict}"


def test_a_worse_loss_than_expected_does_not_exceed_expectations() -> None:
    comparison = compared(Measure.PROFIT, Decimal(-100), Decimal(-150))

    assert comparison.judgement is Judgement.WORSE
    assert comparison.difference == -50


@given(money, money)
def test_a_profit_is_judged_better_only_when_it_is_higher(
    expected: Decimal, actual: Decimal
) -> None:
    comparison = compared(Measure.PROFIT, expected, actual)

    if comparison.judgement is Judgement.AS_EXPECTED:
        assert abs(actual - expected) <= comparison.tolerance == abs(expected) / 100
    else:
        assert comparison.judgement is (BETTER if actual > expected else WORSE)


def test_what_was_not_expected_is_not_compared() -> None:
    assert compare(a_plan(), TRADED, EARNED) == ()


def test_expectations_of_a_plan_that_traded_nothing_stay_unknown() -> None:
    expectation = Expectation(entry_price=Decimal(30000), return_fraction=Decimal("0.02"))
    builder = LifecycleBuilder(a_plan(expectation=expectation)).accepted().triggered()
    builder.intended().finished(Outcome.EXPIRED)

    comparisons = PerformanceAnalyzer().analyze_plan_vs_reality(builder.lifecycle)
    assert [(c.measure, c.actual, c.difference, c.judgement) for c in comparisons] == [
        (Measure.ENTRY_PRICE, None, None, Judgement.UNKNOWN),
        (Measure.RETURN_FRACTION, None, None, Judgement.UNKNOWN),
    ]
    assert comparisons[1].sentence == "expected 2% gain; nothing traded"


def test_a_position_closed_by_other_hands_leaves_the_profit_unknown() -> None:
    expectation = Expectation(entry_price=Decimal(30000), profit=Decimal(500))
    builder = LifecycleBuilder(a_plan(expectation=expectation)).entered("30015")
    builder.intended(Leg.STOP, trigger="29000").answered().finished(Outcome.CLOSED_EXTERNALLY)

    entry, profit = PerformanceAnalyzer().analyze_plan_vs_reality(builder.lifecycle)
    assert entry.judgement is Judgement.WORSE
    assert profit.judgement is Judgement.UNKNOWN
    assert profit.sentence == (
        "expected a profit of 500 US dollars; "
        "1 of the position was not closed by the plan's own orders"
    )


def test_all_expectations_are_compared_in_their_order() -> None:
    expectation = Expectation(
        entry_price=Decimal(30000),
        exit_price=Decimal(30600),
        profit=Decimal(600),
        return_fraction=Decimal("0.02"),
        duration=timedelta(hours=4),
    )
    builder = LifecycleBuilder(a_plan(expectation=expectation)).entered().left("30600")

    comparisons = PerformanceAnalyzer().analyze_plan_vs_reality(builder.lifecycle)
    assert [c.measure for c in comparisons] == list(Measure)
    assert [c.judgement for c in comparisons] == [EXPECTED] * 4 + [DIFFERENT]
