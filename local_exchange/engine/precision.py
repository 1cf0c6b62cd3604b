"""Tick and lot: which prices and sizes are on the grid.

A price has at most 5 significant figures and at most 6 - szDecimals decimals; integers are always
allowed. A size has at most szDecimals decimals. Source: the venue's "tick and lot size".
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from local_exchange.engine.instruments import PerpInstrument

SIGNIFICANT_FIGURES = 5
USD_QUANTUM = Decimal("0.000001")


def decimals_of(value: Decimal) -> int:
    """The number of decimals, without trailing zeros."""
    exponent = value.normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a finite number")
    return max(0, -exponent)


def is_on_tick(perp: PerpInstrument, price: Decimal) -> bool:
    """Whether the price is one that orders may have."""
    decimals = decimals_of(price)
    if decimals == 0:
        return True
    figures = len(price.normalize().as_tuple().digits)
    return decimals <= perp.price_decimals and figures <= SIGNIFICANT_FIGURES


def is_on_lot(perp: PerpInstrument, size: Decimal) -> bool:
    """Whether the size is one that orders may have."""
    return decimals_of(size) <= perp.size_decimals


def tick_at(perp: PerpInstrument, price: Decimal) -> Decimal:
    """The distance between neighbouring prices at `price`."""
    exponent = price.adjusted() - SIGNIFICANT_FIGURES + 1
    return Decimal(1).scaleb(min(0, max(exponent, -perp.price_decimals)))


def floor_to_tick(perp: PerpInstrument, price: Decimal) -> Decimal:
    """The highest price on the grid not above `price`."""
    return price.quantize(tick_at(perp, price), ROUND_FLOOR)


def ceil_to_tick(perp: PerpInstrument, price: Decimal) -> Decimal:
    """The lowest price on the grid not below `price`."""
    return price.quantize(tick_at(perp, price), ROUND_CEILING)


def round_usd(amount: Decimal) -> Decimal:
    """USDC in its 6 decimals."""
    return amount.quantize(USD_QUANTUM)
