"""An order inside the engine: it changes until it ends."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from local_exchange.engine.orders import (
    OrderRecord,
    OrderSnapshot,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TriggerKind,
    TriggerSpec,
)

if TYPE_CHECKING:
    from local_exchange.engine.account import Account

ZERO = Decimal(0)

_TRIGGER_TYPES = {
    (TriggerKind.STOP_LOSS, True): OrderType.STOP_MARKET,
    (TriggerKind.STOP_LOSS, False): OrderType.STOP_LIMIT,
    (TriggerKind.TAKE_PROFIT, True): OrderType.TAKE_PROFIT_MARKET,
    (TriggerKind.TAKE_PROFIT, False): OrderType.TAKE_PROFIT_LIMIT,
}


class Stage(StrEnum):
    """Where the order is kept."""

    NEW = "new"
    WAITING_FOR_FILL = "waiting for fill"
    WAITING_FOR_TRIGGER = "waiting for trigger"
    RESTING = "resting"
    ENDED = "ended"


@dataclass(slots=True, eq=False)
class WorkingOrder:
    """`size` is what is left of `original_size`; a reduce-only order may have been shrunk too."""

    account: "Account"
    oid: int
    asset: int
    coin: str
    side: Side
    price: Decimal
    size: Decimal
    time: int
    reduce_only: bool = False
    tif: TimeInForce | None = None
    trigger: TriggerSpec | None = None
    cloid: str | None = None
    is_position_tpsl: bool = False
    signer: str = ""
    nonce: int = 0
    original_size: Decimal = ZERO
    filled_size: Decimal = ZERO
    filled_notional: Decimal = ZERO
    status: OrderStatus = OrderStatus.OPEN
    status_time: int = 0
    stage: Stage = Stage.NEW
    children: list["WorkingOrder"] = field(default_factory=list)
    siblings: list["WorkingOrder"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.original_size = self.size
        self.status_time = self.time

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.side is Side.BUY

    @property
    def signed_size(self) -> Decimal:
        """What is left, positive for a buy."""
        return self.size if self.is_buy else -self.size

    @property
    def average_price(self) -> Decimal:
        """The average price of what was filled, which must not be nothing."""
        return self.filled_notional / self.filled_size

    def crosses(self, resting_price: Decimal) -> bool:
        """Whether it would match a resting order of that price."""
        return self.price >= resting_price if self.is_buy else self.price <= resting_price

    def order_type(self) -> OrderType:
        """The venue's name of its type."""
        if self.trigger is not None:
            return _TRIGGER_TYPES[self.trigger.kind, self.trigger.is_market]
        if self.tif in (TimeInForce.FRONTEND_MARKET, TimeInForce.LIQUIDATION_MARKET):
            return OrderType.MARKET
        return OrderType.LIMIT

    def trigger_condition(self) -> str:
        """The condition in words."""
        if self.trigger is None:
            return "N/A"
        direction = "above" if self.trigger.fires_above(self.side) else "below"
        return f"Price {direction} {self.trigger.price.normalize():f}"

    def snapshot(self) -> OrderSnapshot:
        """The order as it is now."""
        return OrderSnapshot(
            user=self.account.address,
            oid=self.oid,
            cloid=self.cloid,
            asset=self.asset,
            coin=self.coin,
            side=self.side,
            limit_price=self.price,
            size=self.size,
            original_size=self.original_size,
            reduce_only=self.reduce_only,
            tif=self.tif,
            trigger=self.trigger,
            is_position_tpsl=self.is_position_tpsl,
            order_type=self.order_type(),
            trigger_condition=self.trigger_condition(),
            time=self.time,
            children=tuple(
                child.snapshot() for child in self.children if child.stage is Stage.WAITING_FOR_FILL
            ),
        )

    def record(self) -> OrderRecord:
        """The order as it is now, with its status."""
        return OrderRecord(self.snapshot(), self.status, self.status_time)
