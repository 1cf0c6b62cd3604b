"""The prices that the execution is held against."""

from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.performance.rounding import basis_points
from trader.performance.subject import EXIT_LEGS, ZERO, entry_of
from trader.venues.quote import Quote


def decision_price(lifecycle: Lifecycle) -> Decimal | None:
    """The mid at which the entry condition was judged true."""
    return _mid(lifecycle.trigger.quote) if lifecycle.trigger else None


def arrival_price(lifecycle: Lifecycle) -> Decimal | None:
    """The mid when the entry was intended."""
    return _mid(arrival_quote(lifecycle))


def arrival_quote(lifecycle: Lifecycle) -> Quote | None:
    """The market when the entry was intended."""
    entry = entry_of(lifecycle)
    return None if entry is None else lifecycle.intents[entry.intent_id].quote


def spread_bps(quote: Quote | None) -> Decimal | None:
    """Ask less bid over the mid, basis points."""
    if quote is None or quote.mid is None or quote.bid is None or quote.ask is None:
        return None
    return basis_points((quote.ask - quote.bid) / quote.mid)


def exit_benchmark(lifecycle: Lifecycle) -> Decimal | None:
    """What the exits aimed at, weighted by what they traded; None when one aim is not known."""
    traded = [order for order in lifecycle.orders_of(*EXIT_LEGS) if order.fills]
    weighted = ZERO
    for order in traded:
        aim = _aim(lifecycle, order)
        if aim is None:
            return None
        weighted += aim * order.filled
    return weighted / sum((order.filled for order in traded), ZERO) if traded else None


def slippage_bps(price: Decimal | None, benchmark: Decimal | None, sign: int) -> Decimal | None:
    """How much worse than the benchmark, in its basis points; negative when better.

    `sign` is +1 for a buyer and -1 for a seller.
    """
    if price is None or benchmark is None:
        return None
    return basis_points(sign * (price - benchmark) / benchmark)


def _aim(lifecycle: Lifecycle, order: Order) -> Decimal | None:
    if order.request.trigger is not None:
        return order.request.trigger.price
    return _mid(lifecycle.intents[order.intent_id].quote)


def _mid(quote: Quote | None) -> Decimal | None:
    return quote.mid if quote is not None else None
