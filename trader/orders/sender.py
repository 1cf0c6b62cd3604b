"""Intend, send, record: the only way in which an order leaves the Trader.

The intent is in the journal before anything is sent; the compare-and-set of that append makes
one worker its owner. Nonce and expiry are part of it, so any later copy is the same request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from trader.clock import Clock
from trader.lifecycle.event import Event
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import (
    AnsweredOrder,
    CancelSent,
    IntentUnknown,
    OrdersAnswered,
    OrdersIntended,
)
from trader.market.quote import Quote
from trader.orders.draft import OrderDraft, intent_id_of, number
from trader.strands.store import SequenceConflict
from trader.venues.orders import AnswerKind, OrderAnswer
from trader.venues.venue import (
    ActionExpired,
    ActionOutcomeUnknown,
    ActionRefused,
    DuplicateNonce,
    Venue,
    VenueUnavailable,
)


class Nonces(Protocol):
    """A counter that never repeats and never falls, over all workers."""

    def next(self, now: datetime) -> int:
        """The next nonce of the signing key, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends drafts and cancellations for one account at one venue."""

    journal: Journal
    venue: Venue
    nonces: Nonces
    clock: Clock
    expiry: timedelta

    def place(
        self,
        lifecycle: Lifecycle,
        drafts: Sequence[OrderDraft],
        reason: str,
        quote: Quote | None = None,
    ) -> Lifecycle:
        """Intend and send; the lifecycle afterwards. Raises SequenceConflict before sending."""
        intended = self._intend(lifecycle, drafts, reason, quote)
        lifecycle = self.journal.append(lifecycle, (intended,), self.clock())
        return self._record(lifecycle, intended.intent_id, self._send(intended))

    def _send(self, intent: OrdersIntended) -> Event:
        """Post the intent, and say what came of it.

        A duplicate nonce or an expiry tells of this copy only: another may have landed.
        """
        sent_at = self.clock()
        try:
            answers = self.venue.send_orders(intent.action, intent.nonce, intent.expires_after)
        except (DuplicateNonce, ActionExpired, ActionOutcomeUnknown, VenueUnavailable) as error:
            return unknown(intent, error)
        except ActionRefused as refusal:
            answers = tuple(_rejected(str(refusal)) for _ in intent.orders)
        return answered(intent, answers, sent_at, self.clock())

    def _record(self, lifecycle: Lifecycle, intent_id: str, outcome: Event) -> Lifecycle:
        """Write the outcome, also when another strand came first, unless somebody resolved it."""
        while True:
            try:
                return self.journal.append(lifecycle, (outcome,), self.clock())
            except SequenceConflict:
                lifecycle = self.journal.load(lifecycle.lifecycle_id)
                if intent_id not in lifecycle.unanswered:
                    return lifecycle

    def cancel(self, lifecycle: Lifecycle, orders: Sequence[Order], reason: str) -> Lifecycle:
        """Ask the venue to cancel; a cancellation that fails is asked again by a later sweep."""
        now = self.clock()
        action = self.venue.compose_cancel([(o.request.symbol, o.cloid) for o in orders])
        answers = self.venue.send_cancel(action, self.nonces.next(now), now + self.expiry)
        sent = CancelSent(
            cloids=tuple(order.cloid for order in orders), answers=answers, reason=reason
        )
        return self.journal.append(lifecycle, (sent,), self.clock())

    def _intend(
        self,
        lifecycle: Lifecycle,
        drafts: Sequence[OrderDraft],
        reason: str,
        quote: Quote | None,
    ) -> OrdersIntended:
        now = self.clock()
        orders = number(lifecycle, drafts)
        return OrdersIntended(
            intent_id=intent_id_of(lifecycle.lifecycle_id, orders),
            signer=self.venue.signer,
            nonce=self.nonces.next(now),
            expires_after=_whole_milliseconds(now + self.expiry),
            action=self.venue.compose_orders([order.request for order in orders]),
            orders=orders,
            quote=quote,
            intended_at=now,
            reason=reason,
        )


def answered(
    intent: OrdersIntended,
    answers: Sequence[OrderAnswer],
    sent_at: datetime,
    answered_at: datetime,
) -> OrdersAnswered:
    """The venue's answers as an event."""
    pairs = list(zip(intent.orders, answers, strict=True))
    return OrdersAnswered(
        intent_id=intent.intent_id,
        answers=tuple(
            AnsweredOrder(cloid=order.request.cloid, answer=answer) for order, answer in pairs
        ),
        sent_at=sent_at,
        answered_at=answered_at,
        reason="; ".join(f"{order.leg}: {_in_words(answer)}" for order, answer in pairs),
    )


def unknown(intent: OrdersIntended, error: Exception) -> IntentUnknown:
    """The event of a request whose outcome nobody knows yet."""
    return IntentUnknown(
        intent_id=intent.intent_id,
        error=f"{type(error).__name__}: {error}",
        reason="the request may have landed: it is asked for until there is proof",
    )


def _rejected(text: str) -> OrderAnswer:
    return OrderAnswer(kind=AnswerKind.REJECTED, text=text)


def _in_words(answer: OrderAnswer) -> str:
    match answer.kind:
        case AnswerKind.FILLED:
            return f"filled {answer.filled_size} at {answer.average_price}"
        case AnswerKind.RESTING:
            return f"rests as {answer.order_id}"
        case AnswerKind.REJECTED:
            return f"rejected: {answer.text}"
        case AnswerKind.WAITING | AnswerKind.UNRECOGNISED:
            return answer.text or str(answer.kind)


def _whole_milliseconds(moment: datetime) -> datetime:
    """The venue's clock counts milliseconds: what is written must be what is signed."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
