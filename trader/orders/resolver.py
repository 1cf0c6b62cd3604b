"""Ends the doubt about an intent whose answer is not known: only by proof.

Before the expiry the same bytes are sent again: an answer is the answer, and a duplicate nonce
means that the first copy landed. After the expiry nothing of it can land any more: the venue is
asked by client order id and by trades, and nothing there means that it never was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trader.clock import Clock
from trader.lifecycle.event import Event
from trader.lifecycle.fold import apply
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import IntentDied, OrdersIntended
from trader.lifecycle.stage import OrderState
from trader.orders.following import VenueFacts, follow
from trader.orders.sender import answered, unknown
from trader.venues.venue import (
    ActionOutcomeUnknown,
    ActionRefused,
    DuplicateNonce,
    Venue,
    VenueUnavailable,
)

VISIBILITY_LAG = timedelta(seconds=5)
"""How long after its admission an order may still be invisible to a query, with a margin.

Source: measured 0.4 to 1.1 s after the acknowledgement.
"""

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far the venue's clock may differ from ours when trades are asked by time."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves intents at one venue. `grace`: how long the first sender may still be at it."""

    venue: Venue
    clock: Clock
    grace: timedelta

    def resolve(self, lifecycle: Lifecycle) -> tuple[Event, ...]:
        """Events for every doubtful intent that can be said something of now."""
        events: list[Event] = []
        for intent_id in sorted(lifecycle.unanswered):
            events.extend(self._resolve(lifecycle, lifecycle.intents[intent_id]))
        return tuple(events)

    def _resolve(self, lifecycle: Lifecycle, intent: OrdersIntended) -> tuple[Event, ...]:
        now = self.clock()
        if not _is_marked_unknown(lifecycle, intent) and now < intent.intended_at + self.grace:
            return ()
        if now < intent.expires_after:
            return self._send_again(lifecycle, intent)
        return self._ask_after_expiry(lifecycle, intent)

    def _send_again(self, lifecycle: Lifecycle, intent: OrdersIntended) -> tuple[Event, ...]:
        sent_at = self.clock()
        try:
            answers = self.venue.send_orders(intent.action, intent.nonce, intent.expires_after)
        except DuplicateNonce:
            return self._found(lifecycle, intent)
        except (ActionRefused, ActionOutcomeUnknown, VenueUnavailable) as error:
            return _doubt(lifecycle, intent, error)
        return (answered(intent, answers, sent_at, self.clock()),)

    def _ask_after_expiry(self, lifecycle: Lifecycle, intent: OrdersIntended) -> tuple[Event, ...]:
        try:
            found = self._found(lifecycle, intent)
        except VenueUnavailable as error:
            return _doubt(lifecycle, intent, error)
        if self.clock() < intent.expires_after + VISIBILITY_LAG:
            return found
        return (*found, *_died(intent, _still_doubtful(lifecycle, intent, found, self.clock())))

    def _found(self, lifecycle: Lifecycle, intent: OrdersIntended) -> tuple[Event, ...]:
        """What the venue knows of the doubtful orders, by client order id and by trades."""
        reports = {}
        for cloid in lifecycle.doubtful(intent.intent_id):
            report = self.venue.order(cloid)
            if report is not None:
                reports[cloid] = report
        fills = self.venue.fills(intent.intended_at - CLOCK_TOLERANCE)
        return follow(lifecycle, VenueFacts(reports, fills), self.clock())


def _still_doubtful(
    lifecycle: Lifecycle, intent: OrdersIntended, events: Sequence[Event], now: datetime
) -> tuple[str, ...]:
    for event in events:
        lifecycle = apply(event, lifecycle, now)
    return lifecycle.doubtful(intent.intent_id)


def _died(intent: OrdersIntended, cloids: Sequence[str]) -> tuple[Event, ...]:
    if not cloids:
        return ()
    proof = f"expired at {intent.expires_after.isoformat()}, and the venue knows no such order"
    return (
        IntentDied(
            intent_id=intent.intent_id,
            cloids=tuple(cloids),
            proof=proof,
            reason=f"never landed: {proof}, and no trade of it",
        ),
    )


def _is_marked_unknown(lifecycle: Lifecycle, intent: OrdersIntended) -> bool:
    doubtful = lifecycle.doubtful(intent.intent_id)
    return any(lifecycle.orders[cloid].state is OrderState.UNKNOWN for cloid in doubtful)


def _doubt(lifecycle: Lifecycle, intent: OrdersIntended, error: Exception) -> tuple[Event, ...]:
    """One strand when the doubt begins, none for each time that it goes on."""
    return () if _is_marked_unknown(lifecycle, intent) else (unknown(intent, error),)
