"""A plan's own position: what its trades add up to."""

from collections.abc import Iterable
from dataclasses import dataclass
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

    def _entry_after(self, signed: Decimal, price: Decimal) -> Decimal | None:
        size = self.size + signed
        if size == ZERO:
            return None
        if self.entry_price is None or self.size * size < ZERO:
            return price
        if abs(size) < abs(self.size):
            return self.entry_price
        return (self.entry_price * abs(self.size) + price * abs(signed)) / abs(size)


def position_of(fills: Iterable[Fill]) -> Position:
    """The position that these trades add up to, in the order of their times."""
    position = Position()
    for fill in sorted(fills, key=lambda fill: (fill.traded_at, fill.trade_id)):
        position = position.after(fill)
    return position


def fee_in_dollars(fill: Fill) -> Decimal:
    """The trade's fee in US dollars; a fee in the base asset is valued at the trade's price."""
    return fill.fee if fill.fee_token in DOLLAR_TOKENS else fill.fee * fill.price


def _closed_by(size: Decimal, signed: Decimal) -> Decimal:
    """How much of `size` a trade of `signed` closes, with the sign of `size`."""
    if size * signed >= ZERO:
        return ZERO
    closed = min(abs(size), abs(signed))
    return closed if size > ZERO else -closed
