"""Answers to queries: what a user has, and what the market shows."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from local_exchange.engine.orders import OrderStatus, Side


class LeverageType(StrEnum):
    """Whether positions share the collateral."""

    CROSS = "cross"
    ISOLATED = "isolated"


@dataclass(frozen=True, slots=True)
class Leverage:
    """A user's leverage setting for one coin. `raw_usd` is set for isolated positions only."""

    type: LeverageType
    value: int
    raw_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CumulativeFunding:
    """Funding paid (positive) or received, in USDC."""

    all_time: Decimal
    since_open: Decimal
    since_change: Decimal


@dataclass(frozen=True, slots=True)
class PositionView:
    """A position. `size` is signed (long positive); `liquidation_price` None when unreachable."""

    coin: str
    size: Decimal
    leverage: Leverage
    entry_price: Decimal
    position_value: Decimal
    unrealized_pnl: Decimal
    return_on_equity: Decimal
    liquidation_price: Decimal | None
    margin_used: Decimal
    max_leverage: int
    funding: CumulativeFunding


@dataclass(frozen=True, slots=True)
class MarginSummary:
    """Account value = raw USD + signed notional of the positions."""

    account_value: Decimal
    total_notional: Decimal
    total_raw_usd: Decimal
    total_margin_used: Decimal


@dataclass(frozen=True, slots=True)
class ClearinghouseState:
    """The user's perpetuals account. Unknown users have an empty one."""

    positions: tuple[PositionView, ...]
    margin_summary: MarginSummary
    cross_margin_summary: MarginSummary
    cross_maintenance_margin_used: Decimal
    withdrawable: Decimal
    time: int


@dataclass(frozen=True, slots=True)
class SpotBalance:
    """A spot balance; `token` is the token's index."""

    coin: str
    token: int
    total: Decimal
    hold: Decimal
    entry_notional: Decimal


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The request budget of an address; volume in USDC."""

    cumulative_volume: Decimal
    requests_used: int
    requests_cap: int


class RoleKind(StrEnum):
    """What an address is to the exchange."""

    MISSING = "missing"
    USER = "user"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class UserRole:
    """The address's role; `master` is set for agents."""

    kind: RoleKind
    master: str | None = None


@dataclass(frozen=True, slots=True)
class ExtraAgent:
    """A named agent, valid until `valid_until` (ms)."""

    name: str
    address: str
    valid_until: int


@dataclass(frozen=True, slots=True)
class UserFees:
    """Rates as fractions of the notional."""

    taker_rate: Decimal
    maker_rate: Decimal
    spot_taker_rate: Decimal
    spot_maker_rate: Decimal


@dataclass(frozen=True, slots=True)
class ActiveAsset:
    """What the user could trade now: (buy, sell) sizes in coins and margin in USDC."""

    leverage: Leverage
    max_trade_sizes: tuple[Decimal, Decimal]
    available_to_trade: tuple[Decimal, Decimal]
    mark_price: Decimal


@dataclass(frozen=True, slots=True)
class FundingRate:
    """The rate charged for the hour that ended at `time`."""

    coin: str
    rate: Decimal
    premium: Decimal
    time: int


@dataclass(frozen=True, slots=True)
class BookLevel:
    """A price level: total size and number of orders."""

    price: Decimal
    size: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """Both sides of the book, the best price first."""

    coin: str
    time: int
    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]


@dataclass(frozen=True, slots=True)
class AssetContext:
    """A perpetual's market facts; open interest in coins, volumes of the last 24 hours."""

    coin: str
    funding: Decimal
    open_interest: Decimal
    previous_day_price: Decimal
    day_notional_volume: Decimal
    day_base_volume: Decimal
    premium: Decimal | None
    oracle_price: Decimal
    mark_price: Decimal
    mid_price: Decimal | None
    impact_prices: tuple[Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class Candle:
    """A candle over [open_time, close_time], both ms inclusive; `volume` in coins."""

    open_time: int
    close_time: int
    coin: str
    interval: str
    open: Decimal
    close: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    trades: int


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """An order that was accepted, with the status it has now. `size` is the size asked for."""

    oid: int
    cloid: str | None
    user: str
    signer: str
    nonce: int
    asset: int
    coin: str
    side: Side
    size: Decimal
    price: Decimal
    filled_size: Decimal
    time: int
    status: OrderStatus
    status_time: int
