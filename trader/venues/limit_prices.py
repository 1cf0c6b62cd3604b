"""The limit prices of orders that mean to trade at once. Pure; no venue is called."""

from decimal import Decimal

from trader.errors import Permanent
from trader.money import BASIS_POINTS
from trader.venues.instrument import Instrument, Side
from trader.venues.quote import Quote
from trader.venues.venue import VenueUnavailable

TRIGGER_TOLERANCE = Decimal("0.1")
"""How far beyond its trigger a triggered market order may trade.

Source: Hyperliquid, "Take profit and stop loss orders" (10 % slippage tolerance).
"""


def marketable_price(
    instrument: Instrument, quote: Quote, side: Side, max_slippage_bps: Decimal
) -> Decimal:
    """The most willing allowed price within `max_slippage_bps` of the mid.

    A buyer's bound lies above the mid and rounds down, a seller's below and rounds up: rounding
    never goes beyond the bound. When the spread or the tick is wider than the bound, the price
    does not reach the other side, and an immediate order does not trade: that is what the bound
    asks for.

    Raises VenueUnavailable when the quote has no mid; Permanent when the bound is not between 0
    and 10 000 bps, or no allowed price lies within it.
    """
    if not 0 < max_slippage_bps < BASIS_POINTS:
        raise Permanent(f"max_slippage_bps was {max_slippage_bps}: it must be between 0 and 10000")
    if quote.mid is None:
        raise VenueUnavailable(f"{quote.symbol} has no mid price: its book has an empty side")
    bound = quote.mid * (1 + side.sign * max_slippage_bps / BASIS_POINTS)
    price = instrument.round_price(bound, towards=side.opposite)
    if price <= 0:
        raise Permanent(
            f"{quote.symbol} has no allowed price within {max_slippage_bps} bps of {quote.mid}"
        )
    return price


def trigger_limit_price(instrument: Instrument, trigger_price: Decimal, side: Side) -> Decimal:
    """The worst price of a triggered market order: 10 % beyond the trigger.

    Rounded towards trading, because a protection that does not trade protects nothing; so a
    buyer's limit is never below its trigger and a seller's never above, as the venue demands.
    """
    bound = trigger_price * (1 + side.sign * TRIGGER_TOLERANCE)
    return max(instrument.round_price(bound, towards=side), instrument.tick_at(bound))
