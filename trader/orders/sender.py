"""Intend, send, record: the only way in which an order leaves the Trader.

The intent is in the journal before anything is sent; the compare-and-set of that append makes
one worker its owner. Nonce and expiry are part of it, so any later copy is the same request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from trader.clock import Clock
from trader.lifecycle.event import Event
from trader.lifecycle.fold import apply_all
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
from trader.lifecycle.stage import OrderState
from trader.market.quote import Quote
from trader.orders.draft import OrderDraft, intent_id_of, number
from trader.risk.entry_facts import EntryFacts
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
class _Outcome:
    """What became of one copy of a request; an answer is one that the venue gave to its orders."""

    event: OrdersAnswered | IntentUnknown
    is_answer: bool


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
        news: Sequence[Event] = (),
        facts: EntryFacts | None = None,
    ) -> Lifecycle:
        """Intend and send; the lifecycle afterwards. Raises SequenceConflict before sending.

        `news` are events that led to these orders: they are written with the intent. `facts` are
        what an entry was decided upon.
        """
        ahead = apply_all(lifecycle, news, self.clock())
        intended = self._intend(ahead, drafts, reason, quote, facts)
        lifecycle = self.journal.append(lifecycle, (*news, intended), self.clock())
        return self._record(lifecycle, intended.intent_id, self._send(intended))

    def _send(self, intent: OrdersIntended) -> _Outcome:
        """Post the intent, and say what came of it.

        A duplicate nonce or an expiry tells of this copy only: another may have landed.
        """
        sent_at = self.clock()
        try:
            answers = self.venue.send_orders(intent.action, intent.nonce, intent.expires_after)
        except (DuplicateNonce, ActionExpired, ActionOutcomeUnknown, VenueUnavailable) as error:
            return _Outcome(unknown(intent, f"{type(error).__name__}: {error}"), is_answer=False)
        except ActionRefused as refusal:
            refused = tuple(_rejected(str(refusal)) for _ in intent.orders)
            return _Outcome(answered(intent, refused, sent_at, self.clock()), is_answer=False)
        return _Outcome(answered(intent, answers, sent_at, self.clock()), is_answer=True)

    def _record(self, lifecycle: Lifecycle, intent_id: str, outcome: _Outcome) -> Lifecycle:
        """Write the outcome, also when another strand came first, unless somebody resolved it.

        Once others have taken the intent over, only an answer is news: a refusal of our copy
        says nothing of theirs.
        """
        while True:
            try:
                return self.journal.append(lifecycle, (outcome.event,), self.clock())
            except SequenceConflict:
                lifecycle = self.journal.load(lifecycle.lifecycle_id)
                taken_over = is_marked_unknown(lifecycle, intent_id) and not outcome.is_answer
                if intent_id not in lifecycle.unanswered or taken_over:
                    return lifecycle

    def cancel(
        self,
        lifecycle: Lifecycle,
        orders: Sequence[Order],
        reason: str,
        news: Sequence[Event] = (),
        net_size: Decimal | None = None,
    ) -> Lifecycle:
        """Ask the venue to cancel; a cancellation that fails is asked again by a later sweep."""
        now = self.clock()
        action = self.venue.compose_cancel([(o.request.symbol, o.cloid) for o in orders])
        answers = self.venue.send_cancel(action, self.nonces.next(now), now + self.expiry)
        sent = CancelSent(
            cloids=tuple(order.cloid for order in orders),
            answers=answers,
            net_size=net_size,
            reason=reason,
        )
        return self.journal.append(lifecycle, (*news, sent), self.clock())

    def _intend(
        self,
        lifecycle: Lifecycle,
        drafts: Sequence[OrderDraft],
        reason: str,
        quote: Quote | None,
        facts: EntryFacts | None,
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
            facts=facts,
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


def unknown(intent: OrdersIntended, error: str) -> IntentUnknown:
    """The event of a request whose outcome nobody knows yet."""
    return IntentUnknown(
        intent_id=intent.intent_id,
        error=error,
        reason="the request may have landed: it is asked for until there is proof",
    )


def is_marked_unknown(lifecycle: Lifecycle, intent_id: str) -> bool:
    """Whether the journal says that the intent's outcome is not known."""
    doubtful = lifecycle.doubtful(intent_id)
    return any(lifecycle.orders[cloid].state is OrderState.UNKNOWN for cloid in doubtful)


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
