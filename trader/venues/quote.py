"""What the market shows of one symbol at one moment."""

from enum import StrEnum

from trader.model import Record, UtcTime
from trader.money import Price


class PriceSource(StrEnum):
    """Which price a condition looks at."""

    MID = "mid"
    MARK = "mark"
    BID = "bid"
    ASK = "ask"


class Quote(Record):
    """Prices in the quote currency; `observed_at` is when we received them.

    A price that the venue did not give is None, never 0.
    """

    symbol: str
    observed_at: UtcTime
    mid: Price | None = None
    mark: Price | None = None
    bid: Price | None = None
    ask: Price | None = None

    @property
    def reference(self) -> Price | None:
        """The mid, or, where the book has an empty side and so no mid, its other side."""
        return self.mid or self.bid or self.ask

    def price(self, source: PriceSource) -> Price | None:
        """The price of that source, or None when the venue did not give it."""
        return {
            PriceSource.MID: self.mid,
            PriceSource.MARK: self.mark,
            PriceSource.BID: self.bid,
            PriceSource.ASK: self.ask,
        }[source]
