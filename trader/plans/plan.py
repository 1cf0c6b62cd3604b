"""An approved trading plan: validated, immutable, with its units written down."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from trader.conditions.condition import Condition
from trader.model import Record, UtcTime
from trader.money import Amount, Fraction, Price, Size

MAX_SLIPPAGE_BPS = Decimal(1000)
"""The widest slippage that a market entry may be allowed."""


class Direction(StrEnum):
    """Which way the plan earns."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 for long, -1 for short."""
        return 1 if self is Direction.LONG else -1

    @property
    def opposite(self) -> "Direction":
        """The other way."""
        return Direction.SHORT if self is Direction.LONG else Direction.LONG


class Timeframe(StrEnum):
    """The candle length on which the plan was made."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"

    @property
    def validity(self) -> timedelta:
        """How long a plan of this timeframe holds when it names no end."""
        return {
            Timeframe.M1: timedelta(minutes=5),
            Timeframe.M5: timedelta(minutes=15),
            Timeframe.M15: timedelta(hours=1),
            Timeframe.H1: timedelta(hours=4),
            Timeframe.H4: timedelta(days=1),
            Timeframe.D1: timedelta(days=7),
        }[self]


class Quantity(Record):
    """A size in units of the base asset."""

    unit: Literal["quantity"] = "quantity"
    value: Size


class Notional(Record):
    """A size in US dollars at the reference price of the placement."""

    unit: Literal["notional"] = "notional"
    value: Size


class EquityFraction(Record):
    """A size as a fraction (0..1] of the account's equity at the placement."""

    unit: Literal["equity_fraction"] = "equity_fraction"
    value: Fraction


PositionSize = Annotated[Quantity | Notional | EquityFraction, Field(discriminator="unit")]


class MarketEntry(Record):
    """Take liquidity at once; pay at most `max_slippage_bps` beyond the mid."""

    type: Literal["market"] = "market"
    max_slippage_bps: Annotated[Decimal, Field(gt=0, le=MAX_SLIPPAGE_BPS)] = Decimal(50)


class LimitEntry(Record):
    """Rest at a price; `post_only` never takes liquidity."""

    type: Literal["limit"] = "limit"
    price: Price
    post_only: bool = False


EntryOrder = Annotated[MarketEntry | LimitEntry, Field(discriminator="type")]


class Expectation(Record):
    """What the Decision Maker expected, to be held against what came. All optional.

    `return_fraction` is profit over entry notional (0.02 = 2 %); `profit` is US dollars;
    `duration` is the time between entry and exit.
    """

    entry_price: Price | None = None
    exit_price: Price | None = None
    profit: Amount | None = None
    return_fraction: Amount | None = None
    duration: timedelta | None = None


class Plan(Record):
    """One approved plan.

    Prices are absolute, in the quote currency. `max_hold` closes the position at market that
    long after its first fill. A long plan needs stop_loss < reference < take_profit, a short
    plan the mirror; the reference is the limit price or the expected entry price, when given.
    """

    plan_id: Annotated[str, Field(min_length=1, max_length=200)]
    symbol: Annotated[str, Field(min_length=1, max_length=40)]
    direction: Direction
    timeframe: Timeframe
    entry: Condition
    order: EntryOrder
    size: PositionSize
    stop_loss: Price | None = None
    take_profit: Price | None = None
    valid_until: UtcTime
    max_hold: timedelta | None = None
    expectation: Expectation = Expectation()
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    regime: str | None = None
    decision_id: str | None = None
    signal_id: str | None = None

    @property
    def reference_price(self) -> Decimal | None:
        """The price that the plan itself names for its entry, if any."""
        if isinstance(self.order, LimitEntry):
            return self.order.price
        return self.expectation.entry_price

    @model_validator(mode="after")
    def _stop_is_on_its_side(self) -> Self:
        """Raises an error of type `stop_side`."""
        self._require_order("stop_side", self.stop_loss, self.reference_price)
        self._require_order("stop_side", self.stop_loss, self.take_profit)
        return self

    @model_validator(mode="after")
    def _target_is_on_its_side(self) -> Self:
        """Raises an error of type `target_side`."""
        self._require_order("target_side", self.reference_price, self.take_profit)
        return self

    def _require_order(
        self,
        kind: Literal["stop_side", "target_side"],
        worse: Decimal | None,
        better: Decimal | None,
    ) -> None:
        if worse is None or better is None or (better - worse) * self.direction.sign > 0:
            return
        wanted = "<" if self.direction is Direction.LONG else ">"
        raise PydanticCustomError(
            kind,
            "a {direction} plan needs stop_loss {wanted} entry {wanted} take_profit; "
            "was {stop_loss}, {entry}, {take_profit}",
            {
                "direction": self.direction.value,
                "wanted": wanted,
                "stop_loss": str(self.stop_loss),
                "entry": str(self.reference_price),
                "take_profit": str(self.take_profit),
            },
        )

    @model_validator(mode="after")
    def _holds_some_time(self) -> Self:
        if self.max_hold is not None and self.max_hold <= timedelta(0):
            raise ValueError(f"max_hold must be positive; was {self.max_hold}")
        return self
