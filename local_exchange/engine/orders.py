"""Orders as they are asked for, answered, and shown. Prices in USDC, sizes in coins, times in ms.

Statuses are the venue's own (its documentation of `orderStatus`).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    """The side of the book, in the venue's letters: bid and ask."""

    BUY = "B"
    SELL = "A"

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class TimeInForce(StrEnum):
    """How long a limit order works."""

    GTC = "Gtc"
    IOC = "Ioc"
    ALO = "Alo"
    FRONTEND_MARKET = "FrontendMarket"
    LIQUIDATION_MARKET = "LiquidationMarket"

    @property
    def is_immediate(self) -> bool:
        """Whether what does not match at once is cancelled."""
        return self not in (TimeInForce.GTC, TimeInForce.ALO)


class TriggerKind(StrEnum):
    """What a trigger order is for."""

    TAKE_PROFIT = "tp"
    STOP_LOSS = "sl"


class Grouping(StrEnum):
    """How the orders of one action belong together."""

    NONE = "na"
    NORMAL_TPSL = "normalTpsl"
    POSITION_TPSL = "positionTpsl"


class OrderType(StrEnum):
    """The order type as the venue's `frontendOpenOrders` names it."""

    MARKET = "Market"
    LIMIT = "Limit"
    STOP_MARKET = "Stop Market"
    STOP_LIMIT = "Stop Limit"
    TAKE_PROFIT_MARKET = "Take Profit Market"
    TAKE_PROFIT_LIMIT = "Take Profit Limit"


class OrderStatus(StrEnum):
    """Where an order stands, or how it ended."""

    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    TRIGGERED = "triggered"
    MARGIN_CANCELED = "marginCanceled"
    SELF_TRADE_CANCELED = "selfTradeCanceled"
    REDUCE_ONLY_CANCELED = "reduceOnlyCanceled"
    SIBLING_FILLED_CANCELED = "siblingFilledCanceled"
    LIQUIDATED_CANCELED = "liquidatedCanceled"
    SCHEDULED_CANCEL = "scheduledCancel"
    TICK_REJECTED = "tickRejected"
    MIN_TRADE_NTL_REJECTED = "minTradeNtlRejected"
    PERP_MARGIN_REJECTED = "perpMarginRejected"
    REDUCE_ONLY_REJECTED = "reduceOnlyRejected"
    BAD_ALO_PX_REJECTED = "badAloPxRejected"
    IOC_CANCEL_REJECTED = "iocCancelRejected"
    BAD_TRIGGER_PX_REJECTED = "badTriggerPxRejected"
    MARKET_ORDER_NO_LIQUIDITY_REJECTED = "marketOrderNoLiquidityRejected"
    PERP_MAX_POSITION_REJECTED = "perpMaxPositionRejected"
    TOO_MANY_OPEN_ORDERS_REJECTED = "tooManyOpenOrdersRejected"

    @property
    def is_terminal(self) -> bool:
        """Whether the order can change no more."""
        return self not in (OrderStatus.OPEN, OrderStatus.TRIGGERED)


@dataclass(frozen=True, slots=True)
class TriggerSpec:
    """Fires on the mark price; then a market order (10 % slippage) or a limit order."""

    price: Decimal
    is_market: bool
    kind: TriggerKind

    def fires_above(self, side: Side) -> bool:
        """True when it fires at mark >= price, False when at mark <= price."""
        return (self.kind is TriggerKind.STOP_LOSS) == (side is Side.BUY)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One order of an action. Exactly one of `tif` and `trigger` is set.

    `cloid` is normalised to lower case by the caller. `size` may be zero only with positionTpsl:
    such an order follows the size of the position.
    """

    asset: int
    side: Side
    price: Decimal
    size: Decimal
    reduce_only: bool = False
    tif: TimeInForce | None = None
    trigger: TriggerSpec | None = None
    cloid: str | None = None

    def __post_init__(self) -> None:
        if (self.tif is None) == (self.trigger is None):
            raise ValueError("an order has either a tif or a trigger: give exactly one of them")


@dataclass(frozen=True, slots=True)
class CancelByOid:
    """Cancel the order `oid` of `asset`."""

    asset: int
    oid: int


@dataclass(frozen=True, slots=True)
class CancelByCloid:
    """Cancel the latest order of `asset` that carries `cloid`."""

    asset: int
    cloid: str


@dataclass(frozen=True, slots=True)
class Modify:
    """Replace the order known by an oid (int) or a cloid (str)."""

    target: int | str
    order: OrderRequest


@dataclass(frozen=True, slots=True)
class Resting:
    """On the book, or a stand-alone trigger order waiting for its price."""

    oid: int
    cloid: str | None


@dataclass(frozen=True, slots=True)
class Filled:
    """Matched at once. With `total_size` below the size, a GTC's rest stands under the same oid
    and an IOC's rest is cancelled."""

    oid: int
    cloid: str | None
    total_size: Decimal
    average_price: Decimal


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused; `text` is the venue's, with its asset suffix."""

    text: str


@dataclass(frozen=True, slots=True)
class WaitingForFill:
    """A normalTpsl child whose parent has not filled."""


@dataclass(frozen=True, slots=True)
class WaitingForTrigger:
    """A positionTpsl order, or a child whose parent has filled."""


@dataclass(frozen=True, slots=True)
class Canceled:
    """The cancel succeeded."""


OrderOutcome = Resting | Filled | Rejected | WaitingForFill | WaitingForTrigger
CancelOutcome = Canceled | Rejected


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """An order as it was at one moment. `size` is what is left, `original_size` what was asked.

    `trigger_condition` is "N/A" for orders without a trigger, else for example
    "Price above 103". `children` are normalTpsl children that still wait for this order's fill.
    """

    user: str
    oid: int
    cloid: str | None
    asset: int
    coin: str
    side: Side
    limit_price: Decimal
    size: Decimal
    original_size: Decimal
    reduce_only: bool
    tif: TimeInForce | None
    trigger: TriggerSpec | None
    is_position_tpsl: bool
    order_type: OrderType
    trigger_condition: str
    time: int
    children: tuple["OrderSnapshot", ...]


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order with the status it has and since when."""

    order: OrderSnapshot
    status: OrderStatus
    status_time: int
