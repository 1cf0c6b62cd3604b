"""Events of a plan's orders."""

import json
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

from pydantic import JsonValue, PlainSerializer, PlainValidator, TypeAdapter

from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import ExitReason, Leg, OrderState
from trader.model import Record, UtcTime
from trader.money import SignedSize
from trader.risk.entry_facts import EntryFacts
from trader.strands.kinds import Tag
from trader.streams.event import FEEDBACK_TAGS, Event
from trader.venues.orders import Cloid, Fill, OrderAnswer, OrderReport, OrderRequest
from trader.venues.quote import Quote
from trader.venues.refusal_cause import RefusalCause

_Object = dict[str, JsonValue]
_OBJECT = TypeAdapter(_Object)
_ACTIONS_AT_HAND = 1024


@lru_cache(_ACTIONS_AT_HAND)
def _read(text: str) -> _Object:
    """One object for all plans of an action: it is most of what their strands hold."""
    return _OBJECT.validate_json(text)


def _action(value: object) -> _Object:
    return _read(value) if isinstance(value, str) else _OBJECT.validate_python(value)


def _as_text(action: _Object) -> str:
    return json.dumps(action, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


SignedAction = Annotated[
    _Object,
    PlainValidator(_action),
    PlainSerializer(_as_text, return_type=str, when_used="json"),
]
"""An action in the order in which the venue hashes it.

A strand keeps it as JSON text, because stores sort the keys of an object, and an action whose
keys moved has another hash: its signature would be another signer's.
"""


class IntendedOrder(Record):
    """One order of an intent. `attempt` counts the orders of this leg, from 1."""

    leg: Leg
    attempt: int
    request: OrderRequest


class OrdersIntended(Event):
    """We are about to send this signed action: written before anything is sent.

    `decided_on` is the number of the strand before: the state that led to these orders.
    `nonce`, `expires_after` and `action` fix the bytes, so that a re-send is the same request.
    The action may hold orders of other plans too: ours stand in it from `offset` on.
    `quote` is the market on arrival of an entry or exit at market, `facts` what an entry was
    decided upon besides. `decided_at` is None where it was not told apart from `intended_at`.
    """

    event: Literal["orders_intended"] = "orders_intended"
    intent_id: str
    decided_on: int
    signer: str
    nonce: int
    expires_after: UtcTime
    action: SignedAction
    orders: tuple[IntendedOrder, ...]
    offset: int = 0
    quote: Quote | None
    facts: EntryFacts | None = None
    decided_at: UtcTime | None = None
    intended_at: UtcTime

    @property
    def is_shared(self) -> bool:
        """Whether the action holds orders of other plans too."""
        orders = self.action.get("orders")
        return isinstance(orders, list) and len(orders) > len(self.orders)

    @property
    def status(self) -> str:
        """About to be sent."""
        return "submitting"


class AnsweredOrder(Record):
    """What the venue said of one order of an intent."""

    cloid: Cloid
    answer: OrderAnswer


class OrdersAnswered(Event):
    """The venue answered the intent, order by order."""

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["orders_answered"] = "orders_answered"
    intent_id: str
    answers: tuple[AnsweredOrder, ...]
    sent_at: UtcTime
    answered_at: UtcTime

    @property
    def status(self) -> str:
        """The answers in one word when they agree."""
        kinds = {str(order.answer.kind) for order in self.answers}
        return kinds.pop() if len(kinds) == 1 else "mixed"

    @property
    def is_for_the_record(self) -> bool:
        """A refusal that passes is: what becomes of the plan is said by itself."""
        causes = [order.answer.cause for order in self.answers]
        return all(cause is not None and cause.passes for cause in causes)


class IntentUnknown(Event):
    """The request may have landed; `error` says what failed. Only proof ends this.

    `cause` is why the venue surely refused this copy, where it did: another may have landed.
    """

    event: Literal["intent_unknown"] = "intent_unknown"
    intent_id: str
    error: str
    cause: RefusalCause | None = None

    @property
    def status(self) -> str:
        """Neither accepted nor rejected."""
        return "unknown"


class NonceFoundUsed(Event):
    """The venue has admitted something with the request's nonce: the request, or its fence.

    From now on no copy of it can land; whether one has shows within the venue's visibility lag.
    """

    event: Literal["nonce_found_used"] = "nonce_found_used"
    intent_id: str

    @property
    def status(self) -> str:
        """Still neither accepted nor rejected."""
        return "unknown"


class IntentDied(Event):
    """Proved: the venue never admitted these orders of the request, and never can.

    `cause` is why the venue refused the whole action, where it did: it may be about another order
    of the action, or, `with_others`, of another plan's.
    """

    event: Literal["intent_died"] = "intent_died"
    intent_id: str
    cloids: tuple[Cloid, ...]
    proof: str
    with_others: bool = False
    cause: RefusalCause | None = None

    @property
    def status(self) -> str:
        """Nothing of it exists."""
        return "never_landed"


class OrderReported(Event):
    """The venue reports another state of an order than we knew."""

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["order_reported"] = "order_reported"
    cloid: Cloid
    leg: Leg
    report: OrderReport

    @property
    def status(self) -> str:
        """The venue's state in our words."""
        return str(self.report.state)


class OrderForgotten(Event):
    """The venue knows an order no more that stood there, and does not list it as open: it is over.

    What traded of it only its trades can tell: the venue keeps them longer than its orders.
    """

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["order_forgotten"] = "order_forgotten"
    cloid: Cloid
    leg: Leg

    @property
    def status(self) -> str:
        """Over, nobody knows how."""
        return "forgotten"


class OrderFilled(Event):
    """A trade of one of our orders, as the venue booked it."""

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["order_filled"] = "order_filled"
    cloid: Cloid
    leg: Leg
    fill: Fill
    is_complete: bool

    @property
    def status(self) -> str:
        """Whether the order is filled to its size."""
        return "filled" if self.is_complete else "partially_filled"

    @property
    def trade_id(self) -> str | None:
        """The venue's trade id."""
        return str(self.fill.trade_id)


class OrderAnomaly(Event):
    """Something was said of an order that cannot be true of an order in its state.

    Written once for each thing `seen`. The order goes on watched; its trades are booked all the
    same, because the venue is right about money.
    """

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["order_anomaly"] = "order_anomaly"
    cloid: Cloid
    leg: Leg
    state: OrderState
    signal: Signal
    seen: str

    @property
    def status(self) -> str:
        """To be looked into by people."""
        return "anomaly"


class CancelSent(Event):
    """We asked the venue to cancel these orders.

    `asked_at` is when: the answer, and so the strand, may come much later. `net_size` is the
    account's signed position in the symbol, where the decision asked for it.
    """

    event: Literal["cancel_sent"] = "cancel_sent"
    asked_at: UtcTime
    cloids: tuple[Cloid, ...]
    answers: tuple[str, ...]
    net_size: SignedSize | None = None

    @property
    def status(self) -> str:
        """Until the venue reports the end."""
        return "cancelling"


class ExitDecided(Event):
    """The position is to be closed at market."""

    event: Literal["exit_decided"] = "exit_decided"
    why: ExitReason

    @property
    def status(self) -> str:
        """Leaving."""
        return "exiting"
