"""The order that brings a position to where the plan wants it, at market. Pure."""

from decimal import Decimal

from trader.lifecycle.stage import Leg
from trader.orders.draft import OrderDraft
from trader.plans.plan import Plan
from trader.venues.instrument import Instrument, Side
from trader.venues.limit_prices import marketable_price
from trader.venues.orders import TimeInForce
from trader.venues.quote import Quote

EXIT_SLIPPAGE_BPS = Decimal(500)
"""How far a market exit may trade beyond the mid: leaving matters more than the price."""

MARGIN = Decimal("1.1")
"""How much more than the venue's minimum an order is made to be worth: the price moves."""


def exit_draft(
    plan: Plan, instrument: Instrument, quote: Quote, held: Decimal, *, is_rounded_up: bool
) -> OrderDraft:
    """The order that closes what the plan holds (signed).

    A plan that holds the other side of its direction has taken it from other plans. It gives it
    back without reduce-only: the account's position grows by that.

    What is worth less than the venue takes is rounded up by an order of the least size, which the
    next exit brings back. Of what is given back that can be seen before; a reduce-only order is
    exempt when it closes the whole of the account's position, so that only a refusal tells.
    """
    side = Side.SELL if held > 0 else Side.BUY
    # Leaving must not wait for a mid.
    reference = quote.model_copy(update={"mid": quote.reference})
    price = marketable_price(instrument, reference, side, EXIT_SLIPPAGE_BPS)
    is_given_back = held * plan.direction.sign < 0
    worth = min(price, reference.mid or price)
    is_small = is_given_back and abs(held) * worth < instrument.minimum_notional
    extra = _least_size(instrument, worth) if is_small or is_rounded_up else Decimal(0)
    return OrderDraft(
        leg=Leg.EXIT,
        symbol=plan.symbol,
        side=side,
        size=abs(held) + extra,
        limit_price=price,
        time_in_force=TimeInForce.IOC,
        reduce_only=not is_given_back,
    )


def _least_size(instrument: Instrument, price: Decimal) -> Decimal:
    """The smallest size that is worth the venue's minimum, with a margin."""
    lot = Decimal(1).scaleb(-instrument.size_decimals)
    return instrument.round_size(MARGIN * instrument.minimum_notional / price) + lot
