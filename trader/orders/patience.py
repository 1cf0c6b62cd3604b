"""How long an order waits that the venue has refused again and again. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
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
    return len(_refused(lifecycle, leg))


def is_pausing(lifecycle: Lifecycle, leg: Leg, now: datetime) -> bool:
    """Whether another order of the leg is too early: from the third on, there are pauses.

    An order that was sent later than now was sent by a clock that is wrong, and holds nobody up.
    """
    refused = _refused(lifecycle, leg)
    if len(refused) < AT_ONCE:
        return False
    latest, first = (lifecycle.intents[order.intent_id].intended_at for order in _ends(refused))
    pause = min(max((latest - first) / SHARE, SHORTEST_PAUSE), LONGEST_PAUSE)
    return timedelta(0) <= now - latest < pause


def _refused(lifecycle: Lifecycle, leg: Leg) -> Sequence[Order]:
    """The latest orders of the leg that were refused in a row, latest first."""
    orders = reversed(lifecycle.orders_of(leg))
    return tuple(takewhile(lambda order: order.state is OrderState.REJECTED, orders))


def _ends(orders: Sequence[Order]) -> tuple[Order, Order]:
    return orders[0], orders[-1]
