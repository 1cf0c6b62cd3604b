"""A user's account: money, positions, settings, orders and history."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from local_exchange.engine.events import FundingPaid
from local_exchange.engine.fills import Fill, FillDirection
from local_exchange.engine.user_orders import UserOrders
from local_exchange.engine.working_order import ZERO, WorkingOrder

REACHABLE_FILLS = 10_000


@dataclass(slots=True, eq=False)
class Position:
    """A signed size (long positive). An isolated position has raw USD of its own, so that its
    equity is `isolated_usd` + size x mark; a cross position shares the account's."""

    coin: str
    size: Decimal = ZERO
    entry_price: Decimal = ZERO
    isolated_usd: Decimal = ZERO
    funding_all_time: Decimal = ZERO
    funding_since_open: Decimal = ZERO
    funding_since_change: Decimal = ZERO

    def change(self, signed_size: Decimal, price: Decimal) -> Decimal:
        """Book a fill; returns the profit realised, gross of fees, in USDC."""
        start, end = self.size, self.size + signed_size
        self.size = end
        self.funding_since_change = ZERO
        if start == 0 or start * signed_size > 0:
            self.entry_price = (start * self.entry_price + signed_size * price) / end
            return ZERO
        closed = start if start * end < 0 else -signed_size
        profit = (price - self.entry_price) * closed
        if start * end <= 0:
            self.entry_price = price if end else ZERO
            self.funding_since_open = ZERO
        return profit


def direction_of(start: Decimal, signed_size: Decimal) -> FillDirection:
    """What a fill of `signed_size` does to a position of `start`."""
    end = start + signed_size
    if start == 0 or start * signed_size > 0:
        return FillDirection.OPEN_LONG if end > 0 else FillDirection.OPEN_SHORT
    if start * end < 0:
        return FillDirection.LONG_TO_SHORT if start > 0 else FillDirection.SHORT_TO_LONG
    return FillDirection.CLOSE_LONG if start > 0 else FillDirection.CLOSE_SHORT


@dataclass(frozen=True, slots=True)
class LeverageSetting:
    """How a coin is margined."""

    value: int
    is_cross: bool


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Fees as fractions of the notional."""

    taker: Decimal
    maker: Decimal


BASE_TIER = FeeRates(taker=Decimal("0.00045"), maker=Decimal("0.00015"))
NO_FEES = FeeRates(taker=ZERO, maker=ZERO)


@dataclass(slots=True, eq=False)
class RestingSizes:
    """What rests in one coin that may increase the position (not reduce-only)."""

    buys: Decimal = ZERO
    sells: Decimal = ZERO


@dataclass(slots=True, eq=False)
class Account:
    """`raw_usd` is the cash of the cross margin: deposits, less what positions cost, less fees."""

    address: str
    orders: UserOrders
    is_house: bool = False
    fee_rates: FeeRates = BASE_TIER
    raw_usd: Decimal = ZERO
    positions: dict[str, Position] = field(default_factory=dict)
    leverages: dict[str, LeverageSetting] = field(default_factory=dict)
    resting: dict[str, RestingSizes] = field(default_factory=dict)
    spot: dict[int, Decimal] = field(default_factory=dict)
    fills: deque[Fill] = field(default_factory=lambda: deque(maxlen=REACHABLE_FILLS))
    funding: deque[FundingPaid] = field(default_factory=lambda: deque(maxlen=REACHABLE_FILLS))
    volume: Decimal = ZERO
    requests_used: int = 0

    def size_of(self, coin: str) -> Decimal:
        """The signed size of the position."""
        position = self.positions.get(coin)
        return ZERO if position is None else position.size

    def position(self, coin: str) -> Position:
        """The coin's position, made when there is none."""
        position = self.positions.get(coin)
        if position is None:
            position = self.positions[coin] = Position(coin)
        return position

    def open_positions(self) -> list[Position]:
        """The positions that are not flat."""
        return [position for position in self.positions.values() if position.size]

    def is_isolated(self, coin: str) -> bool:
        """Whether the coin has margin of its own."""
        setting = self.leverages.get(coin)
        return setting is not None and not setting.is_cross

    def add_resting(self, order: WorkingOrder, size: Decimal) -> None:
        """Count `size` more (or less) of what rests, for the margin."""
        if order.reduce_only or self.is_house:
            return
        sizes = self.resting.setdefault(order.coin, RestingSizes())
        if order.is_buy:
            sizes.buys += size
        else:
            sizes.sells += size
