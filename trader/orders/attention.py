"""Which of the plans that have orders need tracking now? Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.stage import OrderState, Stage
from trader.orders.alarms import unprotected_alarm
from trader.orders.step import Wait, next_step
from trader.venues.instrument import Instrument
from trader.venues.orders import OrderReport


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
    if unprotected_alarm(lifecycle, now) is not None:
        return True
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
