"""The typed actions of POST /exchange.

The venue deserialises an action and hashes its own serialisation of it, so each model declares
its fields in the order that is signed, and `canonical` gives that serialisation back: fields
that stand at their default are left out, as clients leave them out when they sign.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from local_exchange.engine.orders import Grouping, TriggerKind
from local_exchange.wire.scalars import (
    Address,
    AssetId,
    Cloid,
    HexNumber,
    UInt64,
    WireDecimal,
    WireModel,
)

TifWire = Literal["Alo", "Ioc", "Gtc", "FrontendMarket"]
"""Liquidations have a time in force of their own, which nobody can ask for."""


class LimitTerms(WireModel):
    tif: TifWire


class LimitType(WireModel):
    limit: LimitTerms


class TriggerTerms(WireModel):
    is_market: bool = Field(alias="isMarket")
    trigger_px: WireDecimal = Field(alias="triggerPx")
    tpsl: TriggerKind


class TriggerType(WireModel):
    trigger: TriggerTerms


class OrderWire(WireModel):
    asset: AssetId = Field(alias="a")
    is_buy: bool = Field(alias="b")
    limit_px: WireDecimal = Field(alias="p")
    size: WireDecimal = Field(alias="s")
    reduce_only: bool = Field(alias="r")
    terms: LimitType | TriggerType = Field(alias="t")
    cloid: Cloid | None = Field(default=None, alias="c")


class Builder(WireModel):
    address: Address = Field(alias="b")
    fee_tenths_bp: UInt64 = Field(alias="f")


class ActionModel(WireModel):
    """Any action; `type` comes first in what is signed."""

    @property
    def weight(self) -> int:
        """How many items the action carries, each of which counts as a request."""
        return 1

    def canonical(self) -> dict[str, Any]:
        """The action as the venue serialises it before hashing."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class OrderAction(ActionModel):
    type: Literal["order"]
    orders: tuple[OrderWire, ...]
    grouping: Grouping
    builder: Builder | None = None

    @property
    def weight(self) -> int:
        return len(self.orders)


class CancelWire(WireModel):
    asset: AssetId = Field(alias="a")
    oid: UInt64 = Field(alias="o")


class CancelAction(ActionModel):
    type: Literal["cancel"]
    cancels: tuple[CancelWire, ...]
    fast: bool = Field(default=False, alias="f")

    @property
    def weight(self) -> int:
        return len(self.cancels)


class CancelByCloidWire(WireModel):
    asset: AssetId
    cloid: Cloid


class CancelByCloidAction(ActionModel):
    type: Literal["cancelByCloid"]
    cancels: tuple[CancelByCloidWire, ...]
    fast: bool = Field(default=False, alias="f")

    @property
    def weight(self) -> int:
        return len(self.cancels)


class ModifyWire(WireModel):
    oid: UInt64 | Cloid
    order: OrderWire


class ModifyAction(ActionModel):
    type: Literal["modify"]
    oid: UInt64 | Cloid
    order: OrderWire
    always_place: bool = Field(default=False, alias="a")


class BatchModifyAction(ActionModel):
    type: Literal["batchModify"]
    modifies: tuple[ModifyWire, ...]
    always_place: bool = Field(default=False, alias="a")

    @property
    def weight(self) -> int:
        return len(self.modifies)


class ScheduleCancelAction(ActionModel):
    type: Literal["scheduleCancel"]
    time: UInt64 | None = None


class UpdateLeverageAction(ActionModel):
    type: Literal["updateLeverage"]
    asset: AssetId
    is_cross: bool = Field(alias="isCross")
    leverage: UInt64


class UpdateIsolatedMarginAction(ActionModel):
    """`micro_usd` is USDC times a million, negative to take margin out. `is_buy` has no effect."""

    type: Literal["updateIsolatedMargin"]
    asset: AssetId
    is_buy: bool = Field(alias="isBuy")
    micro_usd: int = Field(alias="ntli", ge=-(2**63), lt=2**63)


class NoopAction(ActionModel):
    type: Literal["noop"]


class ApproveAgentAction(ActionModel):
    """User-signed: only the account's own key can approve. Clients omit an empty name."""

    type: Literal["approveAgent"]
    hyperliquid_chain: Literal["Mainnet", "Testnet"] = Field(alias="hyperliquidChain")
    signature_chain_id: HexNumber = Field(alias="signatureChainId")
    agent_address: Address = Field(alias="agentAddress")
    agent_name: str | None = Field(default=None, alias="agentName")
    nonce: UInt64


L1Action = (
    OrderAction
    | CancelAction
    | CancelByCloidAction
    | ModifyAction
    | BatchModifyAction
    | ScheduleCancelAction
    | UpdateLeverageAction
    | UpdateIsolatedMarginAction
    | NoopAction
)
Action = Annotated[L1Action | ApproveAgentAction, Field(discriminator="type")]
