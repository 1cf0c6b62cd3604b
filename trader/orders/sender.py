"""Intend, send, record: the only way in which an order leaves the Trader.

The intent is in the journal before anything is sent; the compare-and-set of that append makes
one worker its owner. Nonce and expiry are part of it, so any later copy is the same request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from trader.clock import Clock
from trader.errors import Retryable
from trader.lifecycle.event import Event
from trader.lifecycle.fold import apply_all
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import CancelSent, OrdersIntended
from trader.lifecycle.stage import OrderState
from trader.market.quote import Quote
from trader.orders.anomalies import with_anomalies
from trader.orders.draft import OrderDraft, intent_id_of, number
from trader.orders.outcomes import is_marked_unknown
from trader.orders.posting import Outcome, post
from trader.risk.entry_facts import EntryFacts
from trader.strands.store import SequenceConflict
from trader.venues.venue import ActionOutcomeUnknown, Venue


class CancellationUnheard(Retryable):
    """A cancellation had no answer; asking again does no harm."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Orders of one plan that are to be sent.

    `news` are events that led to these orders: they are written with the intent. `facts` are what
    an entry was decided upon.
    """

    lifecycle: Lifecycle
    drafts: Sequence[OrderDraft]
    reason: str
    quote: Quote | None = None
    news: Sequence[Event] = ()
    facts: EntryFacts | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends drafts and cancellations for one account at one venue."""

    journal: Journal
    venue: Venue
    clock: Clock
    expiry: timedelta

    def place(self, placement: Placement) -> Lifecycle:
        """Intend and send; the lifecycle afterwards.

        Raises SequenceConflict, VenueUnavailable, NonceUnavailable, before anything is sent.
        """
        intents = self._intend([placement])
        events = (*placement.news, *intents)
        lifecycle = self.journal.append(placement.lifecycle, events, self.clock())
        (placed,) = self._send([lifecycle], intents)
        return placed

    def place_together(self, placements: Sequence[Placement]) -> list[Lifecycle]:
        """Send the orders of several plans as one action; the lifecycles afterwards.

        A plan that somebody else moved on meanwhile is left out before anything is sent. When the
        venue refuses the whole because of one of them, each is sent on its own.
        """
        remaining = list(placements)
        while len(remaining) > 1:
            intents = self._intend(remaining)
            changes = [(p.lifecycle, (*p.news, i)) for p, i in zip(remaining, intents, strict=True)]
            try:
                lifecycles = self.journal.append_all(changes, self.clock())
            except SequenceConflict as conflict:
                gone = conflict.lifecycle_id
                remaining = [p for p in remaining if p.lifecycle.lifecycle_id != gone]
                continue
            return self._apart_if_refused(remaining, self._send(lifecycles, intents))
        return [self.place(placement) for placement in remaining]

    def _apart_if_refused(
        self, placements: Sequence[Placement], placed: Sequence[Lifecycle]
    ) -> list[Lifecycle]:
        pairs = zip(placements, placed, strict=True)
        return [self._place_again(p, lc) if _is_dead(lc, p) else lc for p, lc in pairs]

    def _place_again(self, placement: Placement, lifecycle: Lifecycle) -> Lifecycle:
        return self.place(replace(placement, lifecycle=lifecycle, news=()))

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
                signer=self.venue.signer,
                nonce=nonce,
                expires_after=_whole_milliseconds(now + self.expiry),
                action=action,
                orders=orders,
                offset=offset,
                quote=placement.quote,
                facts=placement.facts,
                intended_at=now,
                reason=placement.reason,
            )
            for placement, orders, offset in zip(placements, numbered, offsets, strict=False)
        ]


def _is_resolved(lifecycle: Lifecycle, intent_id: str, outcome: Outcome) -> bool:
    """Whether nothing of the intent is in doubt, and the outcome fits what is known of it."""
    fits = len(with_anomalies(lifecycle, outcome.event)) == 1
    return intent_id not in lifecycle.unanswered and fits


def _is_dead(lifecycle: Lifecycle, placement: Placement) -> bool:
    """Whether the placement's orders are proved to have died with the whole action."""
    before = placement.lifecycle.orders.keys()
    placed = [order for cloid, order in lifecycle.orders.items() if cloid not in before]
    return bool(placed) and all(order.state is OrderState.NEVER_LANDED for order in placed)


def _whole_milliseconds(moment: datetime) -> datetime:
    """The venue's clock counts milliseconds: what is written must be what is signed."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
