"""Lifecycles with arbitrary trades, for properties; and the measures with their own fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.analysis_events import ExecutionQuality, Result, Shortfall
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.performance import quality, result
from trader.performance import shortfall as shortfalls
from trader.performance.fills_frame import fills_frame
from trader.plans.plan import Direction
from trader.venues.orders import Fill

prices = st.decimals("0.0001", "100000", places=4)
sizes = st.decimals("0.001", "100", places=3)
fees = st.decimals("-5", "50", places=6)


@dataclass(frozen=True)
class Trade:
    """One fill's figures."""

    price: Decimal
    size: Decimal
    fee: Decimal

    @property
    def notional(self) -> Decimal:
        """Price times size."""
        return self.price * self.size


trades = st.builds(Trade, price=prices, size=sizes, fee=fees)
some_trades = st.lists(trades, min_size=1, max_size=4)


def opened(
    direction: Direction,
    entries: list[Trade],
    *,
    decision: Decimal = Decimal(30000),
    arrival: Decimal = Decimal(30000),
) -> LifecycleBuilder:
    """A plan whose one entry order filled with these trades."""
    size = sum((trade.size for trade in entries), Decimal(0))
    builder = LifecycleBuilder(a_plan(direction=direction))
    builder.accepted().triggered(mid=decision).intended(size=size, mid=arrival).answered()
    for trade in entries:
        builder.filled(trade.price, trade.size, fee=trade.fee)
    return builder


def round_trip(direction: Direction, entries: list[Trade], exits: list[Decimal]) -> Lifecycle:
    """Those entries, then the whole size closed in equal parts at the exit prices.

    The last part takes what the division leaves over.
    """
    builder = opened(direction, entries).wait(timedelta(hours=1))
    whole = sum((trade.size for trade in entries), Decimal(0))
    part = (whole / len(exits)).quantize(Decimal("0.000001"))
    parts = [part] * (len(exits) - 1)
    builder.intended(Leg.EXIT, size=whole).answered()
    for price, size in zip(exits, [*parts, whole - sum(parts)], strict=True):
        builder.filled(price, size, Leg.EXIT, fee="0.1")
    return builder.finished().lifecycle


def execution_quality(lifecycle: Lifecycle) -> ExecutionQuality:
    """The quality measured on the lifecycle's own fills."""
    return quality.execution_quality(lifecycle, fills_frame(lifecycle))


def result_of(lifecycle: Lifecycle, closing: Sequence[Fill] = ()) -> Result:
    """The result measured on the lifecycle's own fills, and those of others that closed it."""
    return result.result_of(lifecycle, fills_frame(lifecycle), closing)


def shortfall(lifecycle: Lifecycle) -> Shortfall | None:
    """The shortfall measured on the lifecycle's own fills."""
    return shortfalls.shortfall(lifecycle, fills_frame(lifecycle))
