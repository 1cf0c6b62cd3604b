"""From the wire's actions to the engine's requests."""

import re
from typing import Final, NamedTuple

from local_exchange.engine.orders import (
    CancelByCloid,
    CancelByOid,
    Modify,
    OrderRequest,
    Side,
    TimeInForce,
    TriggerSpec,
)
from local_exchange.wire.actions import (
    BatchModifyAction,
    CancelAction,
    CancelByCloidAction,
    LimitType,
    ModifyAction,
    ModifyWire,
    OrderWire,
    TriggerTerms,
    TriggerType,
)

_EXPIRING_NAME: Final = re.compile(r"(.*) valid_until ([0-9]{1,19})", re.ASCII | re.DOTALL)


class AgentName(NamedTuple):
    """An agent's name as it was asked for; None is the unnamed agent. The expiry is in ms."""

    name: str | None
    valid_until: int | None


def agent_name(text: str | None) -> AgentName:
    """Split the name from its optional suffix ` valid_until <ms>`."""
    if not text:
        return AgentName(None, None)
    expiring = _EXPIRING_NAME.fullmatch(text)
    if expiring is None:
        return AgentName(text, None)
    return AgentName(expiring[1] or None, int(expiring[2]))


def order_request(order: OrderWire) -> OrderRequest:
    """One order: either a time in force or a trigger."""
    terms = order.terms
    return OrderRequest(
        asset=order.asset,
        side=Side.BUY if order.is_buy else Side.SELL,
        price=order.limit_px,
        size=order.size,
        reduce_only=order.reduce_only,
        tif=TimeInForce(terms.limit.tif) if isinstance(terms, LimitType) else None,
        trigger=_trigger(terms.trigger) if isinstance(terms, TriggerType) else None,
        cloid=order.cloid,
    )


def _trigger(terms: TriggerTerms) -> TriggerSpec:
    return TriggerSpec(terms.trigger_px, terms.is_market, terms.tpsl)


def cancels(action: CancelAction | CancelByCloidAction) -> list[CancelByOid | CancelByCloid]:
    """The orders that the action cancels."""
    if isinstance(action, CancelAction):
        return [CancelByOid(wire.asset, wire.oid) for wire in action.cancels]
    return [CancelByCloid(wire.asset, wire.cloid) for wire in action.cancels]


def modifications(action: ModifyAction | BatchModifyAction) -> list[Modify]:
    """The orders that the action replaces."""
    modifies: tuple[ModifyAction | ModifyWire, ...]
    modifies = (action,) if isinstance(action, ModifyAction) else action.modifies
    return [Modify(wire.oid, order_request(wire.order)) for wire in modifies]
