"""Everything observable that happened, in order; drained by whoever publishes it."""

from dataclasses import dataclass
from decimal import Decimal

from local_exchange.engine.fills import Fill, Trade
from local_exchange.engine.orders import OrderRecord


@dataclass(frozen=True, slots=True)
class OrderUpdated:
    """An order of `user` took the record's status."""

    user: str
    record: OrderRecord


@dataclass(frozen=True, slots=True)
class UserFilled:
    """A user other than the house got a fill."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class Traded:
    """A match took place."""

    trade: Trade


@dataclass(frozen=True, slots=True)
class BookChanged:
    """The coin's book differs from what it was at the last drain (one event a drain)."""

    coin: str


@dataclass(frozen=True, slots=True)
class MidsChanged:
    """Some mid or mark price differs from the last drain (one event a drain)."""


@dataclass(frozen=True, slots=True)
class CandleChanged:
    """The coin's current candles changed, of every interval (one event a drain)."""

    coin: str


@dataclass(frozen=True, slots=True)
class NonUserCanceled:
    """The venue cancelled the user's order by itself (not for reduce-only)."""

    user: str
    coin: str
    oid: int


@dataclass(frozen=True, slots=True)
class FundingPaid:
    """A funding payment: negative `usdc` means that the user paid."""

    user: str
    coin: str
    time: int
    usdc: Decimal
    size: Decimal
    rate: Decimal
    samples: int


@dataclass(frozen=True, slots=True)
class Liquidated:
    """The user's account was liquidated. `notional` and `account_value` are from before it."""

    user: str
    lid: int
    time: int
    notional: Decimal
    account_value: Decimal


Event = (
    OrderUpdated
    | UserFilled
    | Traded
    | BookChanged
    | MidsChanged
    | CandleChanged
    | NonUserCanceled
    | FundingPaid
    | Liquidated
)
