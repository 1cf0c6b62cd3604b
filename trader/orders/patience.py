"""How long an order waits that the venue has refused again and again. Pure."""

from datetime import datetime, timedelta
from itertools import takewhile

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg, OrderState
from trader.orders.doubling import Doubling

AT_ONCE = 3
"""So many are sent without a pause: what refuses them may be over, or change the decision."""

PAUSES = Doubling(timedelta(seconds=1), timedelta(minutes=1))


def refusals(lifecycle: Lifecycle, leg: Leg) -> int:
    """How many of the leg's latest orders in a row the venue has refused."""
    orders = reversed(lifecycle.orders_of(leg))
    return sum(1 for _ in takewhile(lambda order: order.state is OrderState.REJECTED, orders))


def is_pausing(lifecycle: Lifecycle, leg: Leg, now: datetime) -> bool:
    """Whether another order of the leg is too early: after the third, each pause is doubled."""
    beyond = refusals(lifecycle, leg) - AT_ONCE
    if beyond < 0:
        return False
    latest = lifecycle.orders_of(leg)[-1]
    return now < lifecycle.intents[latest.intent_id].intended_at + PAUSES.after(beyond)
