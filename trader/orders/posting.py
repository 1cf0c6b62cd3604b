"""Posts the one action of some intents, and says for each what is known of it then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trader.clock import Clock
from trader.lifecycle.order_events import (
    IntentDied,
    IntentUnknown,
    OrdersAnswered,
    OrdersIntended,
)
from trader.orders.grace import may_begin
from trader.orders.outcomes import answered, refused, unknown
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import (
    ActionExpired,
    ActionOutcomeUnknown,
    ActionRefused,
    BatchRefused,
    BudgetExhausted,
    DuplicateNonce,
    Venue,
    VenueUnavailable,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one copy of a request; an answer is one that the venue gave to its orders."""

    event: OrdersAnswered | IntentUnknown | IntentDied
    is_answer: bool


def post(venue: Venue, intents: Sequence[OrdersIntended], clock: Clock) -> list[Outcome]:
    """Send the action that these intents share; one outcome an intent, in order.

    A duplicate nonce or an expiry tells of this copy only: another may have landed. What comes too
    late is left to those who resolve it.
    """
    sent_at, first = clock(), intents[0]
    if not may_begin(first, sent_at):
        return _unheard(intents, f"not sent by {sent_at.isoformat()}: writing it took too long")
    try:
        answers = venue.send_orders(first.action, first.nonce, first.expires_after)
    except (DuplicateNonce, ActionExpired, ActionOutcomeUnknown, VenueUnavailable) as error:
        return _unheard(intents, _in_words(error), _cause_of(error))
    except BatchRefused as refusal:
        return _fence(venue, intents, refusal, sent_at, clock)
    except ActionRefused as refusal:
        return _refused(intents, refusal, sent_at, clock(), is_answer=False)
    now = clock()
    return [Outcome(answered(i, answers, sent_at, now), is_answer=True) for i in intents]


def _fence(
    venue: Venue,
    intents: Sequence[OrdersIntended],
    refusal: BatchRefused,
    sent_at: datetime,
    clock: Clock,
) -> list[Outcome]:
    """Make sure that no other copy of a refused action lands, whether it used its nonce up."""
    first = intents[0]
    if not may_begin(first, clock()):
        return _unheard(intents, f"{_in_words(refusal)}; too late for a fence")
    try:
        venue.fence(first.nonce, first.expires_after)
    except DuplicateNonce:
        is_fenced = venue.is_fenced(first.nonce)
        return _refused(intents, refusal, sent_at, clock(), is_answer=is_fenced)
    except (ActionRefused, ActionOutcomeUnknown, VenueUnavailable) as error:
        return _unheard(intents, _in_words(error), _cause_of(error))
    return _refused(intents, refusal, sent_at, clock(), is_answer=True)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _cause_of(error: Exception) -> RefusalCause | None:
    return error.cause if isinstance(error, BudgetExhausted) else None


def _unheard(
    intents: Sequence[OrdersIntended], text: str, cause: RefusalCause | None = None
) -> list[Outcome]:
    return [Outcome(unknown(intent, text, cause), is_answer=False) for intent in intents]


def _refused(
    intents: Sequence[OrdersIntended],
    refusal: ActionRefused,
    sent_at: datetime,
    now: datetime,
    *,
    is_answer: bool,
) -> list[Outcome]:
    return [Outcome(refused(i, refusal, sent_at, now), is_answer) for i in intents]
