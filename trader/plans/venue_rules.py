"""What the venue will refuse anyway, refused before anybody waits for it.

Levels of conditions and expected prices are never sent, so they need not fit the venue's ticks.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from trader.conditions.figures import figure
from trader.plans.fields import Fields, read_each
from trader.plans.plan import EquityFraction, LimitEntry, Notional, Plan, Quantity
from trader.plans.refusal import PlanRefused, RefusalCode
from trader.venues.instrument import Instrument


def obey_venue(
    plan: Plan, instruments: Mapping[str, Instrument], fields: Fields, limit_price: str
) -> None:
    """Check symbol, prices and size.

    `fields` is what the plan was read from, `limit_price` the name of its limit price there.
    Raises PlanRefused with all that the venue would refuse.
    """
    instrument = _listed(plan, instruments, fields)
    limit = plan.order.price if isinstance(plan.order, LimitEntry) else None
    prices = {limit_price: limit, "stop_loss": plan.stop_loss, "take_profit": plan.take_profit}
    checks: dict[str, Callable[[], object]] = {
        name: partial(_check_price, price, instrument, fields.path_of(name))
        for name, price in prices.items()
        if price is not None
    }
    size = partial(_check_size, plan, instrument, fields.path_of("size.value"))
    read_each({**checks, "size": size})


def _listed(plan: Plan, instruments: Mapping[str, Instrument], fields: Fields) -> Instrument:
    path = fields.path_of("symbol")
    instrument = instruments.get(plan.symbol)
    if instrument is None:
        reason = "is not listed: write the venue's own name, such as BTC"
        raise PlanRefused(RefusalCode.UNKNOWN_SYMBOL, path, plan.symbol, reason)
    if instrument.is_delisted:
        reason = "is delisted: choose another symbol"
        raise PlanRefused(RefusalCode.DELISTED_SYMBOL, path, plan.symbol, reason)
    return instrument


def _check_price(price: Decimal, instrument: Instrument, path: str) -> None:
    if not instrument.is_valid_price(price):
        tick = figure(instrument.tick_at(price))
        reason = f"has too many figures: prices of {instrument.symbol} here move in steps of {tick}"
        raise PlanRefused(RefusalCode.PRICE_PRECISION, path, figure(price), reason)


def _check_size(plan: Plan, instrument: Instrument, path: str) -> None:
    """An equity fraction is a size at the placement only, and is checked there."""
    size, reference = plan.size, plan.reference_price
    if isinstance(size, EquityFraction):
        return
    if isinstance(size, Quantity):
        _check_lot(size.value, size, instrument, path)
        if not instrument.is_valid_size(size.value):
            reason = f"has more than {instrument.size_decimals} decimals: round it"
            raise PlanRefused(RefusalCode.SIZE_PRECISION, path, figure(size.value), reason)
        if reference is not None:
            _check_notional(size.value * reference, size, instrument, path)
        return
    _check_notional(size.value, size, instrument, path)
    if reference is not None:
        _check_lot(size.value / reference, size, instrument, path)


def _check_lot(
    quantity: Decimal, size: Quantity | Notional, instrument: Instrument, path: str
) -> None:
    if instrument.round_size(quantity) == 0:
        lot = figure(Decimal(1).scaleb(-instrument.size_decimals))
        reason = f"is less than one lot of {lot} {instrument.symbol}: raise it"
        raise PlanRefused(RefusalCode.SIZE_BELOW_MINIMUM, path, figure(size.value), reason)


def _check_notional(
    notional: Decimal, size: Quantity | Notional, instrument: Instrument, path: str
) -> None:
    if notional < instrument.minimum_notional:
        least = figure(instrument.minimum_notional)
        reason = f"is worth {figure(notional)} US dollars, less than the venue's {least}: raise it"
        raise PlanRefused(RefusalCode.SIZE_BELOW_MINIMUM, path, figure(size.value), reason)
