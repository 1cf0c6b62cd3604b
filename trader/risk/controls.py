"""The pre-trade controls: each looks at one thing and says which limit was broken by what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trader.money import BASIS_POINTS
from trader.plans.plan import Plan
from trader.risk.control import Control
from trader.risk.events import EntryDenied
from trader.risk.limits import RiskLimits
from trader.venues.instrument import Instrument, Side
from trader.venues.quote import Quote

MIN_REQUESTS_LEFT = 100
"""Below this no entry goes: what is left is for the protection and the exits of what is open."""


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """An entry order as the controls see it. `mid` is the arrival price.

    `opposing` is the lifecycle that holds the other side of the symbol, if one does;
    `requests_left` is how many more orders the venue grants the account, where that is known.
    """

    plan: Plan
    quote: Quote
    mid: Decimal
    instrument: Instrument
    size: Decimal
    limit_price: Decimal
    side: Side
    triggered_at: datetime | None
    opposing: str | None
    requests_left: int | None = None


def denial(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    """The first control that stops the entry, or None."""
    for control in _CONTROLS:
        denied = control(check, limits, now)
        if denied is not None:
            return denied
    return None


def unlisted(plan: Plan) -> EntryDenied:
    """The denial of a plan whose symbol the venue does not list, or no longer."""
    return _denial(
        control=Control.UNLISTED_SYMBOL,
        limit="listed",
        value=plan.symbol,
        reason=f"the venue does not list {plan.symbol} (any more)",
    )


def _denial(control: Control, limit: str, value: str, reason: str) -> EntryDenied:
    """The end of the plan, unless what the control looks at passes by itself."""
    return EntryDenied(
        control=control, limit=limit, value=value, is_final=not control.passes, reason=reason
    )


def _halted(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    if not limits.is_halted:
        return None
    return _denial(
        control=Control.HALTED,
        limit="not halted",
        value="halted",
        reason="new entries are halted (setting TRADER_HALTED)",
    )


def _stale_price(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    seen = min(check.quote.observed_at, check.triggered_at or check.quote.observed_at)
    age = now - seen
    if age <= limits.max_price_age:
        return None
    return _denial(
        control=Control.STALE_PRICE,
        limit=_seconds(limits.max_price_age),
        value=_seconds(age),
        reason=f"the trigger or its price is {_seconds(age)} old, "
        f"the limit is {_seconds(limits.max_price_age)}: the condition is judged again",
    )


def _size(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    notional, minimum = check.size * check.limit_price, check.instrument.minimum_notional
    if notional >= minimum:
        return None
    return _denial(
        control=Control.SIZE_BELOW_MINIMUM,
        limit=str(minimum),
        value=str(notional),
        reason=f"{check.size} {check.plan.symbol} at {check.limit_price} is {notional} US dollars, "
        f"below the venue's minimum of {minimum}",
    )


def _notional(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    notional = check.size * _highest_price(check)
    if notional <= limits.max_order_notional:
        return None
    return _denial(
        control=Control.MAX_ORDER_NOTIONAL,
        limit=str(limits.max_order_notional),
        value=str(notional),
        reason=f"the order is {notional} US dollars, the limit is {limits.max_order_notional}",
    )


def _highest_price(check: EntryCheck) -> Decimal:
    """A buyer pays his limit at most; a seller may be paid the market's price above his."""
    return check.limit_price if check.side is Side.BUY else max(check.limit_price, check.mid)


def _collar(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    beyond = check.side.sign * (check.limit_price / check.mid - 1) * BASIS_POINTS
    if beyond <= limits.price_collar_bps:
        return None
    return _denial(
        control=Control.PRICE_COLLAR,
        limit=str(limits.price_collar_bps),
        value=f"{beyond:.2f}",
        reason=f"the limit price {check.limit_price} is {beyond:.2f} basis points beyond the mid "
        f"{check.mid}, the limit is {limits.price_collar_bps}",
    )


def _exit_passed(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    sign, stop, target = check.plan.direction.sign, check.plan.stop_loss, check.plan.take_profit
    entry = _entry_price(check)
    if stop is not None and sign * (check.mid - stop) <= 0:
        return _passed("stop", stop, check.mid)
    if target is not None and sign * (target - entry) <= 0:
        return _passed("target", target, entry)
    return None


def _entry_price(check: EntryCheck) -> Decimal:
    """Where the entry would trade: at the mid, or at a limit that is better than that."""
    better = min if check.side is Side.BUY else max
    return better(check.limit_price, check.mid)


def _passed(name: str, price: Decimal, entry: Decimal) -> EntryDenied:
    return _denial(
        control=Control.EXIT_ALREADY_PASSED,
        limit=str(price),
        value=str(entry),
        reason=f"an entry at {entry} already stands beyond the {name} at {price}",
    )


def _opposing(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    if check.opposing is None:
        return None
    return _denial(
        control=Control.OPPOSING_POSITION,
        limit="one direction a symbol",
        value=check.opposing,
        reason=f"lifecycle {check.opposing} holds the other side of {check.plan.symbol}: "
        "in one account the two would net out and lose their protection",
    )


def _address_budget(check: EntryCheck, limits: RiskLimits, now: datetime) -> EntryDenied | None:
    left = check.requests_left
    if left is None or left >= MIN_REQUESTS_LEFT:
        return None
    return _denial(
        control=Control.ADDRESS_BUDGET,
        limit=str(MIN_REQUESTS_LEFT),
        value=str(left),
        reason=f"the venue grants the account {left} more requests, an entry leaves "
        f"{MIN_REQUESTS_LEFT} for exits",
    )


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.1f} s"


_Check = Callable[[EntryCheck, RiskLimits, datetime], EntryDenied | None]
_CONTROLS: tuple[_Check, ...] = (
    _halted,
    _stale_price,
    _opposing,
    _exit_passed,
    _size,
    _notional,
    _collar,
    _address_budget,
)
