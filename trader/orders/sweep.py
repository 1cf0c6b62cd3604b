"""The heartbeat's look at all plans that have orders: which of them need tracking now?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from trader.clock import Clock
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import OrderState, Stage
from trader.orders.step import Wait, next_step
from trader.strands.store import StrandStore
from trader.venues.instrument import Instrument
from trader.venues.orders import OrderReport
from trader.venues.venue import Venue


@dataclass(frozen=True, slots=True)
class OrderSweep:
    """Compares all tracked plans with one list of the venue's open orders."""

    store: StrandStore
    venue: Venue
    cache: LifecycleCache
    clock: Clock
    grace: timedelta

    def attention(self) -> Iterator[str]:
        """The plans of which the venue or the clock has something new."""
        rows = tuple(rows_in(self.store, Stage.TRACK))
        if not rows:
            return
        reports = {r.cloid: r for r in self.venue.open_orders() if r.cloid is not None}
        instruments = self.venue.instruments()
        for lifecycle in self.cache.sweep(rows):
            if wants_tracking(lifecycle, reports, instruments, self.clock(), self.grace):
                yield lifecycle.lifecycle_id


def wants_tracking(
    lifecycle: Lifecycle,
    open_orders: Mapping[str, OrderReport],
    instruments: Mapping[str, Instrument],
    now: datetime,
    grace: timedelta,
) -> bool:
    """Whether the plan's orders differ from the venue's, or it has a next step to take.

    A plan whose symbol is gone is tracked too: it fails alone, and loudly, and no other with it.
    """
    if any(now >= lifecycle.intents[i].intended_at + grace for i in lifecycle.unanswered):
        return True
    if lifecycle.awaiting_trades(now):
        return True
    if any(_differs(order, open_orders.get(order.cloid)) for order in lifecycle.unsettled()):
        return True
    plan = lifecycle.plan
    if lifecycle.stage is not Stage.TRACK or plan is None:
        return False
    instrument = instruments.get(plan.symbol)
    if instrument is None:
        return True
    return not isinstance(next_step(lifecycle, plan, instrument, None, now), Wait)


def _differs(order: Order, report: OrderReport | None) -> bool:
    if order.state in (OrderState.PENDING, OrderState.UNKNOWN):
        return False
    if order.state.is_over or report is None:
        return True
    traded = report.original_size - report.remaining_size
    return traded > order.filled or order.differs_from(report)
