"""A plan with one entry of size 1, and rarer things that are said of it."""

from tests.support.lifecycles import LifecycleBuilder
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import (
    IntentDied,
    IntentUnknown,
    OrderForgotten,
    OrdersIntended,
)
from trader.lifecycle.stage import Leg
from trader.venues.orders import TimeInForce


def entry(builder: LifecycleBuilder) -> Order:
    """The order."""
    return builder.lifecycle.orders_of(Leg.ENTRY)[-1]


def intended(time_in_force: TimeInForce = TimeInForce.GTC) -> LifecycleBuilder:
    """An entry of size 1 is about to be sent."""
    builder = LifecycleBuilder().accepted().triggered().intended()
    _, event = builder.lifecycle.history[-1]
    assert isinstance(event, OrdersIntended)
    (order,) = event.orders
    request = order.request.model_copy(update={"time_in_force": time_in_force})
    orders = (order.model_copy(update={"request": request}),)
    fresh = LifecycleBuilder().accepted().triggered()
    return fresh.event(event.model_copy(update={"orders": orders}))


def unknown(builder: LifecycleBuilder) -> LifecycleBuilder:
    """Nobody knows what became of it."""
    intent_id = entry(builder).intent_id
    return builder.event(IntentUnknown(intent_id=intent_id, error="timeout", reason="?"))


def death(builder: LifecycleBuilder) -> IntentDied:
    """The event that it is proved never to have landed."""
    order = entry(builder)
    return IntentDied(intent_id=order.intent_id, cloids=(order.cloid,), proof="noop", reason="dead")


def died(builder: LifecycleBuilder) -> LifecycleBuilder:
    """It is proved never to have landed."""
    return builder.event(death(builder))


def forgotten(builder: LifecycleBuilder) -> LifecycleBuilder:
    """The venue knows it no more."""
    return builder.event(OrderForgotten(cloid=entry(builder).cloid, leg=Leg.ENTRY, reason="gone"))
