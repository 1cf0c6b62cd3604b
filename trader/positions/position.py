"""A plan's own position: what its trades add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from trader.venues.orders import Fill

ZERO = Decimal(0)
DOLLAR_TOKENS = frozenset({"USDC"})


@dataclass(frozen=True, slots=True)
class Position:
    """Signed size in base units, average price of what is open, and money in US dollars.

    `realised` is gross: average cost method, before fees. `traded` is the sum of all sizes.
    """

    size: Decimal = ZERO
    entry_price: Decimal | None = None
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    traded: Decimal = ZERO

    def after(self, fill: Fill) -> "Position":
        """The position after one more trade."""
        signed = fill.side.sign * fill.size
        closed = _closed_by(self.size, signed)
        gain = closed * (fill.price - self.entry_price) if self.entry_price is not None else ZERO
        return Position(
            size=self.size + signed,
            entry_price=self._entry_after(signed, fill.price),
            realised=self.realised + gain,
            fees=self.fees + fee_in_dollars(fill),
            traded=self.traded + fill.size,
        )

    def closed(self, size: Decimal, price: Decimal) -> "Position":
        """After a change by `size` (signed) at a price, without a trade and its fee."""
        closed = _closed_by(self.size, size)
        gain = closed * (price - self.entry_price) if self.entry_price is not None else ZERO
        return replace(
            self,
            size=self.size + size,
            entry_price=self._entry_after(size, price),
            realised=self.realised + gain,
        )

    def _entry_after(self, signed: Decimal, price: Decimal) -> Decimal | None:
        size = self.size + signed
        if size == ZERO:
            return None
        if self.entry_price is None or self.size * size < ZERO:
            return price
        if abs(size) < abs(self.size):
            return self.entry_price
        return (self.entry_price * abs(self.size) + price * abs(signed)) / abs(size)


@dataclass(frozen=True, slots=True)
class Netting:
    """A part of a position that was closed against another plan, at this time."""

    at: datetime
    size: Decimal
    price: Decimal


def position_of(fills: Iterable[Fill], nettings: Sequence[Netting] = ()) -> Position:
    """The position that these trades and nettings add up to, in the order of their times."""
    position, waiting = Position(), list(nettings)
    for fill in sorted(fills, key=lambda fill: (fill.traded_at, fill.trade_id)):
        while waiting and waiting[0].at < fill.traded_at:
            position = _after_netting(position, waiting.pop(0))
        position = position.after(fill)
    for netting in waiting:
        position = _after_netting(position, netting)
    return position


def _after_netting(position: Position, netting: Netting) -> Position:
    return position.closed(netting.size, netting.price)


def fee_in_dollars(fill: Fill) -> Decimal:
    """The trade's fee in US dollars; a fee in the base asset is valued at the trade's price."""
    return fill.fee if fill.fee_token in DOLLAR_TOKENS else fill.fee * fill.price


def _closed_by(size: Decimal, signed: Decimal) -> Decimal:
    """How much of `size` a trade of `signed` closes, with the sign of `size`."""
    if size * signed >= ZERO:
        return ZERO
    closed = min(abs(size), abs(signed))
    return closed if size > ZERO else -closed
