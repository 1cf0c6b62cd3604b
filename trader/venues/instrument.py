"""What a venue lists, and the rules that its prices and sizes obey."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from enum import StrEnum

from trader.model import Record
from trader.money import Price


class Side(StrEnum):
    """The side of an order."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for buy, -1 for sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The side that undoes this one."""
        return Side.SELL if self is Side.BUY else Side.BUY


class Instrument(Record):
    """One tradable symbol.

    `asset` is the venue's number for it. Sizes have at most `size_decimals` decimals. Prices
    have at most `significant_figures` figures and `price_decimals` decimals; integers are
    always allowed. `minimum_notional` is in US dollars.
    Source: Hyperliquid, "Tick and lot size".
    """

    symbol: str
    asset: int
    size_decimals: int
    price_decimals: int
    significant_figures: int = 5
    max_leverage: int
    minimum_notional: Price = Decimal(10)
    is_delisted: bool = False

    def tick_at(self, price: Decimal) -> Decimal:
        """The smallest price step that the venue allows at this price."""
        by_figures = price.adjusted() + 1 - self.significant_figures
        return Decimal(1).scaleb(min(max(by_figures, -self.price_decimals), 0))

    def is_valid_price(self, price: Decimal) -> bool:
        """Whether the venue takes the price as it is."""
        return price > 0 and price % self.tick_at(price) == 0

    def is_valid_size(self, size: Decimal) -> bool:
        """Whether the venue takes the size as it is."""
        return size > 0 and size == self.round_size(size)

    def round_size(self, size: Decimal) -> Decimal:
        """The largest allowed size that is not more; may be 0."""
        return size.quantize(Decimal(1).scaleb(-self.size_decimals), ROUND_DOWN)

    def round_price(self, price: Decimal, towards: Side) -> Decimal:
        """The nearest allowed price that is more willing to trade on that side.

        A buyer's price rounds up, a seller's down.
        """
        rounding = ROUND_CEILING if towards is Side.BUY else ROUND_FLOOR
        return price.quantize(self.tick_at(price), rounding)
