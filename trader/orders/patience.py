"""How long an order waits that the venue has refused again and again. Pure."""

from datetime import datetime, timedelta
from itertools import takewhile

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg, OrderState

AT_ONCE = 3
"""So many are sent without a pause: what refuses them may be over, or change the decision."""

SHORTEST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)
SHARE = 2
"""A pause is the time for which orders have been refused, divided by this: a position is without
its order for at most half as long again as the venue refuses it, and the refusals stay few."""


def refusals(lifecycle: Lifecycle, leg: Leg) -> int:
    """How many of the leg's latest orders in a row the venue has refused."""
    orders = reversed(lifecycle.orders_of(leg))
    return sum(1 for _ in takewhile(lambda order: order.state is OrderState.REJECTED, orders))


def is_pausing(lifecycle: Lifecycle, leg: Leg, now: datetime) -> bool:
    """Whether another order of the leg is too early: from the third on, there are pauses.

    An order that was sent later than now was sent by a clock that is wrong, and holds nobody up.
    """
    count = refusals(lifecycle, leg)
    if count < AT_ONCE:
        return False
    orders = lifecycle.orders_of(leg)
    first, latest = (lifecycle.intents[orders[i].intent_id].intended_at for i in (-count, -1))
    pause = min(max((latest - first) / SHARE, SHORTEST_PAUSE), LONGEST_PAUSE)
    return timedelta(0) <= now - latest < pause
