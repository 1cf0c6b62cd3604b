"""Intend, send, record: the only way in which an order leaves the Trader.

The intent is in the journal before anything is sent; the compare-and-set of that append makes
one worker its owner. Nonce and expiry are part of it, so any later copy is the same request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

import structlog

from trader.clock import Clock
from trader.errors import Permanent, Retryable
from trader.lifecycle.fold import apply_all
from trader.lifecycle.intent_guard import UndecidedIntent
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import CancelSent, OrdersIntended
from trader.orders.anomalies import with_anomalies
from trader.orders.draft import OrderDraft, intent_id_of, number
from trader.orders.outcomes import is_marked_unknown
from trader.orders.posting import Outcome, post
from trader.risk.entry_facts import EntryFacts
from trader.strands.store import SequenceConflict
from trader.streams.event import Event
from trader.venues.quote import Quote
from trader.venues.venue import ActionOutcomeUnknown, Venue

log = structlog.get_logger()


class CancellationUnheard(Retryable):
    """A cancellation had no answer; asking again does no harm."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Orders of one plan that are to be sent.

    `lifecycle` is what they were decided on, once it is followed by `news`: events that led to
    these orders, and are written with the intent. `facts` are what an entry was decided upon, and
    `decided_at` is when orders were that depend on the time.
    """

    lifecycle: Lifecycle
    drafts: Sequence[OrderDraft]
    reason: str
    quote: Quote | None = None
    news: Sequence[Event] = ()
    facts: EntryFacts | None = None
    decided_at: datetime | None = None

    @property
    def decided_on(self) -> int:
        """The number of the last strand that led to the orders."""
        return self.lifecycle.seq + len(self.news)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends drafts and cancellations for one account at one venue."""

    journal: Journal
    venue: Venue
    clock: Clock
    expiry: timedelta

    def place(self, placement: Placement) -> Lifecycle:
        """Intend and send; the lifecycle afterwards.

        Raises SequenceConflict, UndecidedIntent, VenueUnavailable, NonceUnavailable, before
        anything is sent.
        """
        intents = self._intend([placement])
        events = (*placement.news, *intents)
        lifecycle = self.journal.append(placement.lifecycle, events, self.clock())
        (placed,) = self._send([lifecycle], intents)
        return placed

    def place_together(self, placements: Sequence[Placement]) -> list[Lifecycle]:
        """Send the orders of several plans as one action; the lifecycles afterwards.

        A plan that moved on since it was decided is left out before anything is sent, and the
        others go on without it. Where nobody can say which one it is, each goes on its own.
        Raises VenueUnavailable, NonceUnavailable.
        """
        remaining = list(placements)
        while len(remaining) > 1:
            try:
                return self._place_all(remaining)
            except (SequenceConflict, UndecidedIntent) as conflict:
                others = _without(conflict.lifecycle_id, remaining)
            except Permanent:
                break
            if len(others) == len(remaining):
                break
            remaining = others
        return [placed for placement in remaining for placed in self._place_if_possible(placement)]

    def _place_all(self, placements: Sequence[Placement]) -> list[Lifecycle]:
        intents = self._intend(placements)
        changes = [(p.lifecycle, (*p.news, i)) for p, i in zip(placements, intents, strict=True)]
        return self._send(self.journal.append_all(changes, self.clock()), intents)

    def _place_if_possible(self, placement: Placement) -> list[Lifecycle]:
        """Placed, or left alone, loudly: the plans beside it go on."""
        lifecycle_id = placement.lifecycle.lifecycle_id
        try:
            return [self.place(placement)]
        except (SequenceConflict, UndecidedIntent) as conflict:
            log.warning("a plan moved on meanwhile", lifecycle_id=lifecycle_id, why=str(conflict))
        except Permanent as error:
            log.error("orders cannot be placed", lifecycle_id=lifecycle_id, why=str(error))
        return []

    def _send(
        self, lifecycles: Sequence[Lifecycle], intents: Sequence[OrdersIntended]
    ) -> list[Lifecycle]:
        """Post the one action of these intents, and record for each what came of it."""
        outcomes = post(self.venue, intents, self.clock)
        changes = [
            (lifecycle, with_anomalies(lifecycle, outcome.event))
            for lifecycle, outcome in zip(lifecycles, outcomes, strict=True)
        ]
        try:
            return self.journal.append_all(changes, self.clock())
        except SequenceConflict:
            return [
                self._record(lifecycle, intent.intent_id, outcome)
                for lifecycle, intent, outcome in zip(lifecycles, intents, outcomes, strict=True)
            ]

    def _record(self, lifecycle: Lifecycle, intent_id: str, outcome: Outcome) -> Lifecycle:
        """Write the outcome, also when another strand came first, unless somebody resolved it.

        Once others have taken the intent over, only an answer is news: a refusal of our copy
        says nothing of theirs. An answer that contradicts what was resolved is news always.
        """
        while True:
            events = with_anomalies(lifecycle, outcome.event)
            try:
                return self.journal.append(lifecycle, events, self.clock())
            except SequenceConflict:
                lifecycle = self.journal.load(lifecycle.lifecycle_id)
                taken_over = is_marked_unknown(lifecycle, intent_id) and not outcome.is_answer
                if taken_over or _is_resolved(lifecycle, intent_id, outcome):
                    return lifecycle

    def cancel(
        self,
        lifecycle: Lifecycle,
        orders: Sequence[Order],
        reason: str,
        news: Sequence[Event] = (),
        net_size: Decimal | None = None,
    ) -> Lifecycle:
        """Ask the venue to cancel.

        Raises CancellationUnheard when nobody knows whether it came through: unlike an order, a
        cancellation may be asked again at once.
        """
        now = self.clock()
        action = self.venue.compose_cancel([(o.request.symbol, o.cloid) for o in orders])
        try:
            answers = self.venue.send_cancel(
                action, self.venue.admit(action, now), now + self.expiry
            )
        except ActionOutcomeUnknown as error:
            raise CancellationUnheard(f"the cancellation may have come through: {error}") from error
        sent = CancelSent(
            asked_at=now,
            cloids=tuple(order.cloid for order in orders),
            answers=answers,
            net_size=net_size,
            reason=reason,
        )
        return self.journal.append(lifecycle, (*news, sent), self.clock())

    def _intend(self, placements: Sequence[Placement]) -> list[OrdersIntended]:
        """The intents of one action, which holds the placements' orders one after the other."""
        now = self.clock()
        numbered = [number(apply_all(p.lifecycle, p.news, now), p.drafts) for p in placements]
        requests = [order.request for orders in numbered for order in orders]
        action = self.venue.compose_orders(requests)
        nonce = self.venue.admit(action, now)
        offsets = accumulate((len(orders) for orders in numbered), initial=0)
        return [
            OrdersIntended(
                intent_id=intent_id_of(placement.lifecycle.lifecycle_id, orders),
                decided_on=placement.decided_on,
                signer=self.venue.signer,
                nonce=nonce,
                expires_after=_whole_milliseconds(now + self.expiry),
                action=action,
                orders=orders,
                offset=offset,
                quote=placement.quote,
                facts=placement.facts,
                decided_at=placement.decided_at,
                intended_at=now,
                reason=placement.reason,
            )
            for placement, orders, offset in zip(placements, numbered, offsets, strict=False)
        ]


def _is_resolved(lifecycle: Lifecycle, intent_id: str, outcome: Outcome) -> bool:
    """Whether nothing of the intent is in doubt, and the outcome fits what is known of it."""
    fits = len(with_anomalies(lifecycle, outcome.event)) == 1
    return intent_id not in lifecycle.unanswered and fits


def _without(lifecycle_id: str | None, placements: Sequence[Placement]) -> list[Placement]:
    """The placements without the plan that moved on; all of them when none is named."""
    log.warning("a plan moved on meanwhile", lifecycle_id=lifecycle_id)
    return [p for p in placements if p.lifecycle.lifecycle_id != lifecycle_id]


def _whole_milliseconds(moment: datetime) -> datetime:
    """The venue's clock counts milliseconds: what is written must be what is signed."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
