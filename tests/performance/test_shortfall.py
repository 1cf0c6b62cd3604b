from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.performance.trades import Trade, opened, prices, shortfall, some_trades
from tests.support.lifecycles import LifecycleBuilder
from trader.plans.plan import Direction


def test_it_splits_delay_from_trading() -> None:
    builder = LifecycleBuilder().accepted().triggered(mid="30000").intended(mid="30010", size="2")
    builder.answered().filled("30015", "2", fee="3")

    cost = shortfall(builder.lifecycle)
    assert cost is not None
    assert [cost.delay, cost.trading, cost.fees, cost.total] == [20, 10, 3, 33]


def test_without_trades_there_is_none() -> None:
    assert shortfall(LifecycleBuilder().accepted().triggered().intended().lifecycle) is None


def test_without_a_decision_price_there_is_none() -> None:
    builder = LifecycleBuilder().accepted().triggered(mid=None).intended().answered().filled()

    assert shortfall(builder.lifecycle) is None


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(Direction), some_trades, prices, prices)
def test_the_parts_add_up_to_the_whole(
    direction: Direction, entries: list[Trade], decision: Decimal, arrival: Decimal
) -> None:
    cost = shortfall(opened(direction, entries, decision=decision, arrival=arrival).lifecycle)

    assert cost is not None
    paper = decision * sum(trade.size for trade in entries)
    real = sum(trade.notional for trade in entries)
    assert cost.total == cost.delay + cost.trading + cost.fees
    assert cost.total == direction.sign * (real - paper) + sum(trade.fee for trade in entries)
