"""Everything that changes the exchange, as values: the same inputs in the same order give the
same exchange. Times are in ms.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from local_exchange.wire.controls import Deposit, Depth, EndOrder, ExpireAgent, MarketMove
from local_exchange.wire.envelope import Envelope
from local_exchange.wire.scalars import Address, UInt64, WireModel


class SignedAction(WireModel):
    """An admitted request. With a `refusal` its nonce is used up, and that is the answer."""

    kind: Literal["action"] = "action"
    now_ms: UInt64
    signer: Address
    user: Address
    envelope: Envelope
    refusal: dict[str, Any] | None = None


class TimePassed(WireModel):
    """The market moved on to `now_ms`."""

    kind: Literal["time"] = "time"
    now_ms: UInt64


class DepositMade(WireModel):
    kind: Literal["deposit"] = "deposit"
    control: Deposit


class MarketMoved(WireModel):
    kind: Literal["market"] = "market"
    control: MarketMove


class DepthSet(WireModel):
    kind: Literal["depth"] = "depth"
    control: Depth


class OrderEnded(WireModel):
    kind: Literal["order_end"] = "order_end"
    control: EndOrder


class AgentExpired(WireModel):
    kind: Literal["agent_expiry"] = "agent_expiry"
    control: ExpireAgent


Input = Annotated[
    SignedAction | TimePassed | DepositMade | MarketMoved | DepthSet | OrderEnded | AgentExpired,
    Field(discriminator="kind"),
]
