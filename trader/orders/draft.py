"""An order that we want, before it has a number and a nonce."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import IntendedOrder
from trader.lifecycle.stage import Leg
from trader.venues.instrument import Side
from trader.venues.orders import OrderRequest, TimeInForce, Trigger


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What an order shall do; prices and sizes already obey the venue's rules."""

    leg: Leg
    symbol: str
    side: Side
    size: Decimal
    limit_price: Decimal
    time_in_force: TimeInForce | None = None
    trigger: Trigger | None = None
    reduce_only: bool = False


def cloid_of(lifecycle_id: str, leg: Leg, attempt: int) -> str:
    """The client order id of one attempt at one leg: always the same for the same three."""
    digest = sha256(f"{lifecycle_id}/{leg}/{attempt}".encode()).hexdigest()
    return "0x" + digest[:32]


def number(lifecycle: Lifecycle, drafts: Sequence[OrderDraft]) -> tuple[IntendedOrder, ...]:
    """The drafts as numbered orders: each is the next attempt at its leg."""
    counts = {leg: lifecycle.attempts(leg) for leg in Leg}
    numbered = []
    for draft in drafts:
        counts[draft.leg] += 1
        numbered.append(_numbered(lifecycle.lifecycle_id, draft, counts[draft.leg]))
    return tuple(numbered)


def _numbered(lifecycle_id: str, draft: OrderDraft, attempt: int) -> IntendedOrder:
    request = OrderRequest(
        cloid=cloid_of(lifecycle_id, draft.leg, attempt),
        symbol=draft.symbol,
        side=draft.side,
        size=draft.size,
        limit_price=draft.limit_price,
        time_in_force=draft.time_in_force,
        trigger=draft.trigger,
        reduce_only=draft.reduce_only,
    )
    return IntendedOrder(leg=draft.leg, attempt=attempt, request=request)


def intent_id_of(lifecycle_id: str, orders: Sequence[IntendedOrder]) -> str:
    """The intent's id: its lifecycle, and the legs and attempts that it holds."""
    return lifecycle_id + "/" + "+".join(f"{order.leg}-{order.attempt}" for order in orders)
