"""How much a plan's entry order is, in base units."""

from decimal import Decimal

from trader.plans.plan import EquityFraction, Notional, Plan, Quantity
from trader.venues.instrument import Instrument


def needs_equity(plan: Plan) -> bool:
    """Whether the size depends on the account."""
    return isinstance(plan.size, EquityFraction)


def entry_size(
    plan: Plan, price: Decimal, equity: Decimal | None, instrument: Instrument
) -> Decimal:
    """The plan's size at this price, rounded down to the lot; 0 when it is below one lot.

    `price` and `equity` are US dollars; the equity is needed for a fraction of it.
    """
    match plan.size:
        case Quantity(value=quantity):
            size = quantity
        case Notional(value=notional):
            size = notional / price
        case EquityFraction(value=fraction):
            if equity is None:
                raise ValueError("a fraction of equity needs the account's equity; was None")
            size = max(equity, Decimal(0)) * fraction / price
    return instrument.round_size(size)
