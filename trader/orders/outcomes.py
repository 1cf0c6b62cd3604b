"""What became of an intent, as events. Pure."""

from collections.abc import Sequence
from datetime import datetime

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import (
    AnsweredOrder,
    IntentDied,
    IntentUnknown,
    NonceFoundUsed,
    OrdersAnswered,
    OrdersIntended,
)
from trader.lifecycle.stage import OrderState
from trader.venues.orders import AnswerKind, OrderAnswer
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import ActionRefused, BatchRefused


def answered(
    intent: OrdersIntended,
    answers: Sequence[OrderAnswer],
    sent_at: datetime,
    answered_at: datetime,
) -> OrdersAnswered:
    """The intent's part of the venue's answers to its action, as an event."""
    ours = answers[intent.offset : intent.offset + len(intent.orders)]
    pairs = list(zip(intent.orders, ours, strict=True))
    return OrdersAnswered(
        intent_id=intent.intent_id,
        answers=tuple(
            AnsweredOrder(cloid=order.request.cloid, answer=answer) for order, answer in pairs
        ),
        sent_at=sent_at,
        answered_at=answered_at,
        reason="; ".join(f"{order.leg}: {_in_words(answer)}" for order, answer in pairs),
    )


def unknown(intent: OrdersIntended, error: str, cause: RefusalCause | None = None) -> IntentUnknown:
    """The event of a request whose outcome nobody knows yet."""
    return IntentUnknown(
        intent_id=intent.intent_id,
        error=error,
        cause=cause,
        reason="the request may have landed: it is asked for until there is proof",
    )


def found_used(intent: OrdersIntended) -> NonceFoundUsed:
    """The event of a request of which no copy can land any more: one did, or its fence."""
    return NonceFoundUsed(
        intent_id=intent.intent_id,
        reason=f"the venue has admitted something with its nonce {intent.nonce}: no copy of it "
        "can land any more, and whether one did will show",
    )


def is_marked_unknown(lifecycle: Lifecycle, intent_id: str) -> bool:
    """Whether the journal says that the intent's outcome is not known."""
    doubtful = lifecycle.doubtful(intent_id)
    return any(lifecycle.orders[cloid].state is OrderState.UNKNOWN for cloid in doubtful)


def refused(
    intent: OrdersIntended, refusal: ActionRefused, sent_at: datetime, answered_at: datetime
) -> OrdersAnswered | IntentDied:
    """The event of an intent whose whole action the venue refused.

    Of an action that several plans share, nobody knows whose order was wrong: ours only died.
    """
    if intent.is_shared and isinstance(refusal, BatchRefused):
        proof = f"the venue refused the whole action, for this order or another: {refusal}"
        cloids = [order.request.cloid for order in intent.orders]
        return died(intent, cloids, proof, refusal.cause, with_others=True)
    answer = OrderAnswer(kind=AnswerKind.REJECTED, text=str(refusal), cause=refusal.cause)
    count = intent.offset + len(intent.orders)
    return answered(intent, (answer,) * count, sent_at, answered_at)


def died(
    intent: OrdersIntended,
    cloids: Sequence[str],
    proof: str,
    cause: RefusalCause | None = None,
    *,
    with_others: bool = False,
) -> IntentDied:
    """The event of orders that never landed, and never can."""
    return IntentDied(
        intent_id=intent.intent_id,
        cloids=tuple(cloids),
        proof=proof,
        with_others=with_others,
        cause=cause,
        reason=f"never landed: {proof}",
    )


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
