"""The latest prices that the stream was told, and what each message adds to them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from trader.market.observation import Observation
from trader.venues.hyperliquid.messages import BestPrices, MarkAndMid, Mids
from trader.venues.quote import PriceSource, Quote

PriceMessage: TypeAlias = BestPrices | Mids | MarkAndMid
Prices: TypeAlias = Mapping[PriceSource, Decimal | None]
Moves: TypeAlias = dict[PriceSource, tuple[Decimal | None, Decimal | None]]
"""Price before and after, by source."""


class LatestPrices:
    """Per symbol and source the last price told, None when the venue said that there is none."""

    def __init__(self) -> None:
        self._last: dict[str, dict[PriceSource, Decimal | None]] = defaultdict(dict)

    def observations(
        self, message: PriceMessage, symbols: Collection[str], now: datetime
    ) -> Iterator[Observation]:
        """What the message tells of these symbols."""
        match message:
            case BestPrices() if message.coin in symbols:
                yield Observation(message.coin, now, _best(message))
            case MarkAndMid() if message.coin in symbols:
                told = self._with_mid(message.coin, message.mid)
                yield Observation(message.coin, now, {PriceSource.MARK: message.mark, **told})
            case Mids():
                for symbol in message.mids.keys() & set(symbols):
                    told = self._with_mid(symbol, message.mids[symbol])
                    yield Observation(symbol, now, told)

    def take(self, observation: Observation) -> Moves:
        """Remember it; how each of its prices moved."""
        last = self._last[observation.symbol]
        moves = {s: (last.get(s), price) for s, price in observation.prices.items()}
        last.update(observation.prices)
        return moves

    def quote(self, symbol: str, now: datetime) -> Quote:
        """The last price of each source, as of now: whoever acts on it looks at ages himself."""
        last = self._last.get(symbol, {})
        return Quote(symbol=symbol, observed_at=now, **{str(s): p for s, p in last.items()})

    def _with_mid(self, symbol: str, mid: Decimal | None) -> Prices:
        """A mid alone, or with the best prices whose middle it is.

        Best prices are told when they change; a fresh mid shows that they still stand.
        """
        last = self._last.get(symbol, {})
        bid, ask = last.get(PriceSource.BID), last.get(PriceSource.ASK)
        if bid is None or ask is None or mid != (bid + ask) / 2:
            return {PriceSource.MID: mid}
        return {PriceSource.MID: mid, PriceSource.BID: bid, PriceSource.ASK: ask}


def _best(message: BestPrices) -> Prices:
    bid, ask = message.bid, message.ask
    mid = None if bid is None or ask is None else (bid + ask) / 2
    return {PriceSource.BID: bid, PriceSource.ASK: ask, PriceSource.MID: mid}
