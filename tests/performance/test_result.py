from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.performance.trades import Trade, prices, result_of, round_trip, some_trades
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.analysis_events import Result
from trader.lifecycle.stage import Leg, Outcome
from trader.plans.plan import Direction

UNKNOWN = {"gross": None, "net": None, "return_fraction": None, "held_for": None}


@pytest.mark.parametrize(
    ("direction", "price", "gross"),
    [
        (Direction.LONG, "30600", "600"),
        (Direction.LONG, "29400", "-600"),
        (Direction.SHORT, "29400", "600"),
        (Direction.SHORT, "30600", "-600"),
    ],
)
def test_gross_net_and_return(direction: Direction, price: str, gross: str) -> None:
    builder = LifecycleBuilder(a_plan(direction=direction)).entered(fee="6")
    result = result_of(builder.left(price, fee="4").lifecycle)

    assert result.gross == Decimal(gross)
    assert result.net == Decimal(gross) - 10
    assert result.return_fraction == (result.net / 30000).quantize(Decimal("0.00000001"))


def test_held_from_the_first_entry_to_the_last_exit() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended(size="2").answered()
    builder.filled(size="1").wait(timedelta(minutes=10)).filled(size="1")
    builder.intended(Leg.EXIT, size="2").answered().wait(timedelta(hours=1))
    builder.filled(size="1", leg=Leg.EXIT).filled(size="1", leg=Leg.EXIT)

    seconds_of_events = timedelta(seconds=5)
    expected = timedelta(hours=1, minutes=10) + seconds_of_events
    assert result_of(builder.lifecycle).held_for == expected


def test_what_traded_nothing_earned_nothing_known() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended().finished(Outcome.EXPIRED)

    assert result_of(builder.lifecycle) == Result(**UNKNOWN, left_open=Decimal(0))


@pytest.mark.parametrize(
    ("direction", "left_open"), [(Direction.LONG, "1.5"), (Direction.SHORT, "-1.5")]
)
def test_a_position_closed_by_other_hands_has_no_known_profit(
    direction: Direction, left_open: str
) -> None:
    builder = LifecycleBuilder(a_plan(direction=direction)).entered(size="2")
    builder.intended(Leg.TARGET, size="2", trigger="31000").answered()
    builder.filled("31000", "0.5", Leg.TARGET).finished(Outcome.CLOSED_EXTERNALLY)

    assert result_of(builder.lifecycle) == Result(**UNKNOWN, left_open=Decimal(left_open))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(Direction), some_trades, st.lists(prices, min_size=1, max_size=3))
def test_gross_less_fees_is_net_and_gross_is_the_cash_that_moved(
    direction: Direction, entries: list[Trade], exits: list[Decimal]
) -> None:
    lifecycle = round_trip(direction, entries, exits)
    result = result_of(lifecycle)

    assert result.gross is not None
    fees = sum((fill.fee for fill in lifecycle.fills), Decimal(0))
    assert result.gross - fees == result.net
    cash = -sum(fill.side.sign * fill.price * fill.size for fill in lifecycle.fills)
    assert abs(result.gross - cash) <= Decimal("0.00000001")
