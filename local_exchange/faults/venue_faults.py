"""Faults of the venue itself: what it refuses, hides, or has wrong."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import model_validator

from local_exchange.faults.fault import Condition, NonNegative, Occurrence
from local_exchange.faults.scope import ActionScope
from local_exchange.wire.controls import PlainAmount
from local_exchange.wire.scalars import Address, Cloid, UInt64


class ActionOccurrence(Occurrence):
    """Strikes admitted actions within `scope`: their nonces are used up."""

    scope: ActionScope = ActionScope()
    text: str


class BatchRefused(ActionOccurrence):
    """One error is answered for the whole batch, and nothing of it is done."""

    kind: Literal["batch_refused"] = "batch_refused"
    text: str = "Order price cannot be more than 80% away from the reference price"


class ActionRefused(ActionOccurrence):
    """The action is answered `{"status": "err"}`, and nothing of it is done."""

    kind: Literal["action_refused"] = "action_refused"
    text: str = "Trading is halted."


class PostOnlyWindow(Condition):
    """After an upgrade: a batch with an order that is not ALO is refused; cancels are not."""

    kind: Literal["post_only_window"] = "post_only_window"


class AddressBudget(Condition):
    """An address has `buffer` requests and one for each USDC traded; beyond, one action each
    `free_every_ms` passes, and cancels have 100,000 more or twice as many, whichever is less.
    """

    kind: Literal["address_budget"] = "address_budget"
    user: Address | None = None
    buffer: NonNegative = 0
    free_every_ms: NonNegative = 10_000


class ScheduleCancelGate(Condition):
    """scheduleCancel is refused to those who have traded less than `volume` USDC."""

    kind: Literal["schedule_cancel_gate"] = "schedule_cancel_gate"
    volume: PlainAmount = Decimal(1_000_000)


class CloidHidden(Condition):
    """For min_ms to max_ms after an order was placed, by chance of `seed` and the cloid,
    orderStatus does not know it by its cloid. By its oid, and to all other queries, it is known.
    """

    kind: Literal["cloid_hidden"] = "cloid_hidden"
    user: Address | None = None
    min_ms: NonNegative = 400
    max_ms: NonNegative = 1_100
    seed: int = 0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_ms > self.max_ms:
            raise ValueError(f"min_ms ({self.min_ms}) must not exceed max_ms ({self.max_ms})")
        return self


class OrderForgotten(Condition):
    """From `after_ms` after it ended, orderStatus does not know an order any more: that of `oid`
    or `cloid`, or any. Its fills stay.
    """

    kind: Literal["order_forgotten"] = "order_forgotten"
    user: Address | None = None
    oid: UInt64 | None = None
    cloid: Cloid | None = None
    after_ms: NonNegative = 0


class ClockSkewed(Condition):
    """The venue's clock is `ms` ahead (negative: behind). Its time never runs backwards: when it
    is set back, the market stands until it has caught up.
    """

    kind: Literal["clock_skewed"] = "clock_skewed"
    ms: int
