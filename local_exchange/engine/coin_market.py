"""Everything about one perpetual's market that changes."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from local_exchange.engine.account import Account
from local_exchange.engine.book import Book
from local_exchange.engine.candles import CandleSeries
from local_exchange.engine.fills import Trade
from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.margin_tiers import TierSchedule
from local_exchange.engine.orders import Side
from local_exchange.engine.trigger_queue import TriggerQueue
from local_exchange.engine.views import FundingRate

RECENT_TRADES = 500
FUNDING_HISTORY = 5_000


@dataclass(slots=True, eq=False)
class CoinMarket:
    """`holders` are the accounts, the house included, with a position that is not flat."""

    perp: PerpInstrument
    tiers: TierSchedule
    candles: CandleSeries
    mark: Decimal
    oracle: Decimal
    last_price: Decimal
    book: Book = field(default_factory=Book)
    triggers: TriggerQueue = field(default_factory=TriggerQueue)
    holders: dict[str, Account] = field(default_factory=dict)
    trades: deque[Trade] = field(default_factory=lambda: deque(maxlen=RECENT_TRADES))
    funding_history: deque[FundingRate] = field(
        default_factory=lambda: deque(maxlen=FUNDING_HISTORY)
    )
    premiums: list[Decimal] = field(default_factory=list)

    def mid(self) -> Decimal:
        """The middle of the book, or the last price when a side is empty."""
        mid = self.book.mid()
        return self.last_price if mid is None else mid

    def bbo_text(self) -> str:
        """Best bid and offer as the venue writes them into its errors."""
        return "@".join(_price_text(self.book.side(side).best_price()) for side in Side)


def _price_text(price: Decimal | None) -> str:
    return "-" if price is None else f"{price.normalize():f}"
