from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.performance.trades import Trade, execution_quality, opened, some_trades
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.analysis_events import ExecutionQuality
from trader.lifecycle.stage import Leg, Outcome
from trader.performance.benchmarks import slippage_bps
from trader.performance.subject import NotAnalysable
from trader.plans.plan import Direction
from trader.venues.orders import AnswerKind

LONG, SHORT = Direction.LONG, Direction.SHORT
MEASURED_ON_TRADES = (
    "entry_price",
    "exit_price",
    "exit_benchmark",
    "slippage_to_decision_bps",
    "slippage_to_arrival_bps",
    "exit_slippage_bps",
    "taker_share",
)


def quality(builder: LifecycleBuilder) -> ExecutionQuality:
    return execution_quality(builder.lifecycle)


@pytest.mark.parametrize(
    ("direction", "price", "cost_bps"),
    [
        (LONG, "30030", "10"),
        (LONG, "29970", "-10"),
        (LONG, "30000", "0"),
        (SHORT, "29970", "10"),
        (SHORT, "30030", "-10"),
    ],
)
def test_positive_slippage_is_a_cost_for_both_directions(
    direction: Direction, price: str, cost_bps: str
) -> None:
    measured = quality(LifecycleBuilder(a_plan(direction=direction)).entered(price))

    assert measured.slippage_to_decision_bps == Decimal(cost_bps)
    assert measured.slippage_to_arrival_bps == Decimal(cost_bps)


def test_slippage_is_signed_unlike_the_first_traders() -> None:
    better = quality(LifecycleBuilder().entered("29970")).slippage_to_decision_bps
    worse = quality(LifecycleBuilder().entered("30030")).slippage_to_decision_bps

    assert better is not None
    assert worse is not None
    assert better < 0 < worse


def test_decision_and_arrival_are_two_benchmarks() -> None:
    builder = LifecycleBuilder().accepted().triggered(mid="30000").intended(mid="30030")
    measured = quality(builder.answered().filled("30045"))

    assert (measured.decision_price, measured.arrival_price) == (Decimal(30000), Decimal(30030))
    assert measured.slippage_to_decision_bps == Decimal(15)
    assert measured.slippage_to_arrival_bps == Decimal("4.9950")
    assert measured.arrival_spread_bps == Decimal(2)


@pytest.mark.parametrize(
    ("direction", "leg", "trigger", "price", "cost_bps"),
    [
        (LONG, Leg.STOP, "29000", "28971", "10"),
        (LONG, Leg.TARGET, "31000", "31031", "-10"),
        (SHORT, Leg.STOP, "31000", "31031", "10"),
        (SHORT, Leg.TARGET, "29000", "28971", "-10"),
        (LONG, Leg.EXIT, None, "29970", "10"),
        (SHORT, Leg.EXIT, None, "29970", "-10"),
    ],
)
def test_an_exit_is_held_against_what_it_aimed_at(
    direction: Direction, leg: Leg, trigger: str | None, price: str, cost_bps: str
) -> None:
    builder = LifecycleBuilder(a_plan(direction=direction)).entered()
    builder.intended(leg, trigger=trigger, mid="30000").answered().filled(price, leg=leg)

    measured = quality(builder)
    assert measured.exit_price == Decimal(price)
    assert measured.exit_benchmark == Decimal(trigger or 30000)
    assert measured.exit_slippage_bps == Decimal(cost_bps)


def test_exits_over_several_legs_are_weighted_by_what_they_traded() -> None:
    builder = LifecycleBuilder().entered(size="4")
    builder.intended(Leg.TARGET, size="1", trigger="31000").answered()
    builder.filled("31000", "1", Leg.TARGET)
    builder.intended(Leg.STOP, size="3", trigger="29000").answered()
    builder.filled("28900", "3", Leg.STOP)

    measured = quality(builder)
    assert measured.exit_price == Decimal("29425")
    assert measured.exit_benchmark == Decimal("29500")


def test_a_market_exit_intended_without_a_quote_has_no_slippage() -> None:
    builder = LifecycleBuilder().entered()
    builder.intended(Leg.EXIT, mid=None).answered().filled("29970", leg=Leg.EXIT)

    measured = quality(builder)
    assert measured.exit_price == Decimal(29970)
    assert measured.exit_benchmark is None
    assert measured.exit_slippage_bps is None


def test_an_entry_decided_without_a_quote_has_no_slippage_to_its_decision() -> None:
    builder = LifecycleBuilder().accepted().triggered(mid=None).intended()
    measured = quality(builder.answered().filled("30030"))

    assert measured.decision_price is None
    assert measured.slippage_to_decision_bps is None
    assert measured.slippage_to_arrival_bps == Decimal(10)


def test_the_attempt_that_counts_is_the_last() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended(size="5", mid="29000")
    builder.triggered(mid="30000").intended(size="2", mid="30000").answered()

    measured = quality(builder.filled("30000", "1"))
    assert measured.arrival_price == Decimal(30000)
    assert measured.fill_ratio == Decimal("0.5")


def test_shares_are_of_the_intended_size_and_of_the_traded_notional() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended(size="4").answered()
    builder.filled("30000", "1", is_taker=True).filled("30000", "2", is_taker=False)

    measured = quality(builder)
    assert measured.entry_size == 3
    assert measured.fill_ratio == Decimal("0.75")
    assert measured.taker_share == Decimal("0.33333333")


@pytest.mark.parametrize("outcome", [Outcome.EXPIRED, Outcome.CANCELLED, Outcome.REJECTED])
def test_what_could_not_be_measured_is_none_and_never_zero(outcome: Outcome) -> None:
    builder = LifecycleBuilder().accepted().triggered().intended()
    measured = quality(builder.answered(AnswerKind.REJECTED).finished(outcome))

    assert {name: getattr(measured, name) for name in MEASURED_ON_TRADES} == dict.fromkeys(
        MEASURED_ON_TRADES
    )
    assert (measured.decision_price, measured.arrival_price) == (Decimal(30000), Decimal(30000))
    assert [measured.entry_size, measured.fill_ratio, measured.fees] == [0, 0, 0]


def test_a_plan_without_an_order_has_no_fill_ratio() -> None:
    assert quality(LifecycleBuilder().accepted()).fill_ratio is None


def test_a_refused_plan_has_no_execution() -> None:
    with pytest.raises(NotAnalysable, match="lifecycle-1 has no accepted plan"):
        quality(LifecycleBuilder().refused())


@settings(max_examples=30, deadline=None)
@given(some_trades, some_trades.map(lambda trades: trades[0].price))
def test_the_same_price_costs_a_short_what_it_saves_a_long(
    entries: list[Trade], mid: Decimal
) -> None:
    bought, sold = (
        execution_quality(opened(direction, entries, decision=mid, arrival=mid).lifecycle)
        for direction in (LONG, SHORT)
    )

    assert bought.slippage_to_decision_bps is not None
    assert sold.slippage_to_decision_bps == -bought.slippage_to_decision_bps
    assert sold.slippage_to_arrival_bps == -bought.slippage_to_decision_bps


@given(
    st.decimals("1", "100000", places=2),
    st.decimals("0", "0.5", places=6),
)
def test_slippage_is_symmetric_for_long_and_short(benchmark: Decimal, distance: Decimal) -> None:
    dearer, cheaper = benchmark * (1 + distance), benchmark * (1 - distance)

    assert slippage_bps(dearer, benchmark, 1) == slippage_bps(cheaper, benchmark, -1)
