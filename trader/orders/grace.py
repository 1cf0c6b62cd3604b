"""How long an intent is its sender's alone. Pure.

A sender begins no request, the order's own or a fence after it, later than `BEGIN_WITHIN` after
the intent; writing the intent counts. What it begins is over within the venue's timeout: a call's
deadline holds from its beginning to the last byte of its reply, and after it nothing leaves. So
its last possible byte leaves at `BEGIN_WITHIN` and the timeout after the intent, and the grace is
longer than that by what workers' clocks may differ.

A process that is frozen at the wrong moment may send later yet: then the nonce decides, and the
expiry ends it. The grace spares a doubt where there need be none; it is not what keeps an order
single.
"""

from datetime import datetime, timedelta

from trader.lifecycle.order_events import OrdersIntended

BEGIN_WITHIN = timedelta(seconds=2)
"""Longer than the urgent wait for their turn within the venue's limits."""

CLOCKS_APART = timedelta(seconds=1)
"""How far the clocks of two workers may differ."""


def grace_of(venue_timeout: timedelta) -> timedelta:
    """From when on after its intent nobody but a frozen sender sends any more."""
    return BEGIN_WITHIN + venue_timeout + CLOCKS_APART


def may_begin(intent: OrdersIntended, now: datetime) -> bool:
    """Whether its sender may still begin a request."""
    return now <= intent.intended_at + BEGIN_WITHIN
