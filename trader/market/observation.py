"""Prices as they come in, each with its own time, and the quote that they make together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trader.venues.quote import PriceSource, Quote

COHERENCE = timedelta(seconds=3)
"""How far apart in time the prices of one quote may be."""


@dataclass(frozen=True, slots=True)
class SeenPrice:
    """A price and when we received it."""

    price: Decimal
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """What one message told of a symbol; None: the venue says that there is no such price now."""

    symbol: str
    observed_at: datetime
    prices: Mapping[PriceSource, Decimal | None]


def observation_of(quote: Quote) -> Observation:
    """What a poll of mid and mark told; a best price counts only where the quote has one."""
    best = {source: quote.price(source) for source in (PriceSource.BID, PriceSource.ASK)}
    prices = {PriceSource.MID: quote.mid, PriceSource.MARK: quote.mark}
    told = {source: price for source, price in best.items() if price is not None}
    return Observation(quote.symbol, quote.observed_at, prices | told)


def quote_from(symbol: str, seen: Mapping[PriceSource, SeenPrice]) -> Quote | None:
    """The quote of the prices that were seen together; None without a price.

    A price much older than the newest one (COHERENCE) is left out. The quote's time is that of
    its oldest price, so that it never looks fresher than a part of it.
    """
    if not seen:
        return None
    newest = max(price.observed_at for price in seen.values())
    together = {s: p for s, p in seen.items() if newest - p.observed_at <= COHERENCE}
    return Quote(
        symbol=symbol,
        observed_at=min(price.observed_at for price in together.values()),
        **{str(source): price.price for source, price in together.items()},
    )
