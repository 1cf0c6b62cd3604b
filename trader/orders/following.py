"""What the venue tells of a plan's orders, turned into events. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from trader.lifecycle.fold import apply, apply_all
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import OrderFilled, OrderForgotten, OrderReported
from trader.lifecycle.position_events import PositionChanged
from trader.lifecycle.signal import Signal
from trader.orders.anomalies import anomaly
from trader.positions.position import Position
from trader.streams.event import Event
from trader.venues.orders import Fill, OrderReport, VenueOrderState


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """Reports by cloid, and trades, asked in this order: a trade is never older news.

    `forgotten` are the cloids of orders that the venue knows no more. `net_size` is the account's
    signed position in the plan's symbol, where it was asked.
    """

    reports: Mapping[str, OrderReport] = field(default_factory=dict)
    fills: tuple[Fill, ...] = ()
    forgotten: frozenset[str] = frozenset()
    net_size: Decimal | None = None


def follow(lifecycle: Lifecycle, facts: VenueFacts, now: datetime) -> tuple[Event, ...]:
    """The events that bring the lifecycle up to these facts; none when it knows them all."""
    reported = (*_reports(lifecycle, facts.reports), *_forgotten(lifecycle, facts.forgotten))
    filled = _fills(apply_all(lifecycle, reported, now), facts.fills, now)
    if not filled:
        return reported
    after = apply_all(lifecycle, (*reported, *filled), now)
    return (*reported, *filled, position_changed(after.position))


def wants_fills(lifecycle: Lifecycle, reports: Mapping[str, OrderReport]) -> bool:
    """Whether some order traded, or may have, more than is booked."""
    orders = lifecycle.orders
    behind = any(order.may_lack_trades for order in orders.values())
    return behind or any(_tells_of_trades(orders[cloid], reports[cloid]) for cloid in reports)


def _tells_of_trades(order: Order, report: OrderReport) -> bool:
    traded = report.original_size - report.remaining_size
    return report.state is not VenueOrderState.OPEN or traded > order.filled


def _reports(lifecycle: Lifecycle, reports: Mapping[str, OrderReport]) -> tuple[Event, ...]:
    known = lifecycle.orders
    return tuple(
        event for cloid, report in reports.items() for event in _reported(known[cloid], report)
    )


def _reported(order: Order, report: OrderReport) -> tuple[Event, ...]:
    told = _told(order, report)
    news = OrderReported(cloid=order.cloid, leg=order.leg, report=report, reason=told)
    return (
        *([news] if _is_news(order, report) else []),
        *anomaly(order, order.signal_of(report), told),
    )


def _forgotten(lifecycle: Lifecycle, cloids: frozenset[str]) -> tuple[OrderForgotten, ...]:
    orders = [order for order in lifecycle.orders.values() if order.cloid in cloids]
    return tuple(
        OrderForgotten(
            cloid=order.cloid,
            leg=order.leg,
            reason=f"the venue neither lists the {order.leg} order {order.order_id} as open nor "
            "knows it: it is over, and its trades tell how",
        )
        for order in orders
        if order.after(Signal.FORGOTTEN).state is not order.state
    )


def _is_news(order: Order, report: OrderReport) -> bool:
    """Another state, or of a working order another id: of one that is over most is old news."""
    has_moved = not order.state.is_over and order.order_id != report.order_id
    return order.differs_from(report) or has_moved


def _told(order: Order, report: OrderReport) -> str:
    return (
        f"the venue reports the {order.leg} order {report.order_id} as {report.venue_status}, "
        f"{report.remaining_size} of {report.original_size} remaining"
    )


def _fills(lifecycle: Lifecycle, fills: tuple[Fill, ...], now: datetime) -> tuple[Event, ...]:
    events: list[Event] = []
    for fill in fills:
        order = _order_of(lifecycle, fill)
        if order is None or order.has(fill):
            continue
        event = _filled(order, fill)
        lifecycle = apply(event, lifecycle, now)
        seen = f"trade {fill.trade_id}, {event.reason}"
        events.extend((event, *anomaly(order, order.signal_of(fill), seen)))
    return tuple(events)


def _order_of(lifecycle: Lifecycle, fill: Fill) -> Order | None:
    if fill.cloid is not None:
        return lifecycle.orders.get(fill.cloid)
    by_id = {order.order_id: order for order in lifecycle.orders.values() if order.order_id}
    return by_id.get(fill.order_id)


def _filled(order: Order, fill: Fill) -> OrderFilled:
    total = order.filled + fill.size
    return OrderFilled(
        cloid=order.cloid,
        leg=order.leg,
        fill=fill,
        is_complete=total >= order.request.size,
        reason=f"{order.leg}: {fill.side} {fill.size} at {fill.price}, "
        f"{total} of {order.request.size} filled",
    )


def position_changed(position: Position) -> PositionChanged:
    """The event that tells of this position."""
    held = f"{position.size} at {position.entry_price}" if position.size else "flat"
    return PositionChanged(
        size=position.size,
        entry_price=position.entry_price,
        realised=position.realised,
        fees=position.fees,
        traded=position.traded,
        reason=f"{held}; realised {position.realised:.4f}, fees {position.fees:.4f} US dollars",
    )
