"""What was said of an order and cannot be true, as an event: once for each thing seen. Pure."""

from collections.abc import Iterator

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import IntentDied, OrderAnomaly, OrdersAnswered
from trader.lifecycle.order_machine import Impossible, transition
from trader.lifecycle.signal import Signal
from trader.streams.event import Event


def anomaly(order: Order, signal: Signal, seen: str) -> tuple[OrderAnomaly, ...]:
    """The anomaly of this being said of the order; none when it can be, or is recorded already."""
    after = transition(order.state, signal)
    if not isinstance(after, Impossible):
        return ()
    event = OrderAnomaly(
        cloid=order.cloid,
        leg=order.leg,
        state=order.state,
        signal=signal,
        seen=seen,
        reason=f"{signal} cannot be true of an order that is {order.state}; "
        f"it goes on as {after.goes_on_as}: {seen}",
    )
    return () if event in order.anomalies else (event,)


def with_anomalies(lifecycle: Lifecycle, event: Event) -> tuple[Event, ...]:
    """What came of an intent, with what of it cannot be true of the orders as they are."""
    said = _said(lifecycle, event)
    return (
        event,
        *(found for order, signal, seen in said for found in anomaly(order, signal, seen)),
    )


def _said(lifecycle: Lifecycle, event: Event) -> Iterator[tuple[Order, Signal, str]]:
    orders = lifecycle.orders
    match event:
        case OrdersAnswered(answers=answers, reason=reason):
            for item in answers:
                order = orders[item.cloid]
                yield order, order.signal_of(item.answer), reason
        case IntentDied(cloids=cloids, proof=proof):
            for cloid in cloids:
                yield orders[cloid], Signal.PROVED_DEAD, proof
