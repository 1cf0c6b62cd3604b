"""Why it came as it came, in words with figures. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from trader.lifecycle.analysis_events import Comparison, ExecutionQuality, Result
from trader.lifecycle.foreign_closing import ForeignClosing, ForeignHand
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import ExitReason, Leg, Outcome
from trader.performance import words
from trader.performance.subject import EXIT_LEGS, plan_of
from trader.plans.plan import Expectation

NOTHING_TRADED = "nothing traded"

_HANDS = {ForeignHand.OTHER_HANDS: "other hands", ForeignHand.LIQUIDATION: "a liquidation"}
_EXITS = {Leg.STOP: "its stop", Leg.TARGET: "its target"}
_MARKET_EXITS = {
    ExitReason.TIME: "a market order when its time was over",
    ExitReason.CANCELLED: "a market order when it was cancelled",
    ExitReason.GIVEN_BACK: "a market order that gave back what its exits took from other plans",
    ExitReason.UNPROTECTED: "a market order because it could not be protected",
}


def expected_outcome(expectation: Expectation) -> str | None:
    """What the plan hoped for: "2% gain in 4 hours"; None when it gave no figure."""
    earned = _earned(expectation.return_fraction, expectation.profit)
    held = words.duration(expectation.duration) if expectation.duration is not None else None
    if earned is None or held is None:
        return earned or (f"held for {held}" if held else None)
    return f"{earned} in {held}"


def actual_outcome(quality: ExecutionQuality, result: Result) -> str:
    """What came of it: "1.5% gain in 2 hours"."""
    if quality.entry_price is None:
        return NOTHING_TRADED
    earned = _earned(result.return_fraction, result.net)
    if earned is None:
        return f"profit unknown: {result.left_open} was not closed by the plan's own orders"
    held = f" in {words.duration(result.held_for)}" if result.held_for is not None else ""
    closing = result.foreign_closing
    return f"{earned}{held}, closed by {_hands(closing)}" if closing else f"{earned}{held}"


def explain(
    lifecycle: Lifecycle,
    quality: ExecutionQuality,
    result: Result,
    comparisons: Sequence[Comparison],
) -> str:
    """The end, the prices, the money, and each expectation, one clause after the other."""
    if quality.entry_price is None:
        clauses = [_untraded(lifecycle)]
    else:
        clauses = [
            _ending(lifecycle, result),
            _entry(lifecycle, quality, quality.entry_price),
            _exit(quality),
            _money(quality, result),
        ]
    return "; ".join([*filter(None, clauses), *(c.sentence for c in comparisons)])


def _earned(fraction: Decimal | None, amount: Decimal | None) -> str | None:
    if fraction is not None:
        return words.gain(fraction)
    return words.profit(amount) if amount is not None else None


def _untraded(lifecycle: Lifecycle) -> str:
    said = {order.venue_text: None for order in lifecycle.orders_of(Leg.ENTRY) if order.venue_text}
    by_venue = f"; the venue said: {', '.join(said)}" if said else ""
    return f"{lifecycle.outcome or lifecycle.stage}: {NOTHING_TRADED}{by_venue}"


def _ending(lifecycle: Lifecycle, result: Result) -> str:
    held = f" after {words.duration(result.held_for)}" if result.held_for is not None else ""
    closing = result.foreign_closing
    if closing is not None:
        at = f"{closing.size} at {words.price(closing.price)}"
        return f"closed by {_hands(closing)}{held}: {at}"
    if lifecycle.outcome is Outcome.CLOSED_EXTERNALLY:
        return f"closed by other hands: {result.left_open} was not closed by the plan's own orders"
    exits = " and ".join(_exits(lifecycle))
    if lifecycle.nettings:
        exits = " and ".join(filter(None, (exits, "an opposite plan of the account")))
    return f"closed by {exits}{held}" if exits else f"{result.left_open} is open"


def _hands(closing: ForeignClosing) -> str:
    return " and ".join(_HANDS[hand] for hand in closing.by)


def _exits(lifecycle: Lifecycle) -> list[str]:
    traded = [order for order in lifecycle.orders_of(*EXIT_LEGS) if order.fills]
    return list(dict.fromkeys(_exit_name(lifecycle, order.leg) for order in traded))


def _exit_name(lifecycle: Lifecycle, leg: Leg) -> str:
    if leg in _EXITS:
        return _EXITS[leg]
    reason = lifecycle.exit_reason
    return _MARKET_EXITS[reason] if reason is not None else "a market order"


def _entry(lifecycle: Lifecycle, quality: ExecutionQuality, entry: Decimal) -> str:
    part = ""
    if quality.fill_ratio is not None and quality.fill_ratio != 1:
        part = f" ({words.percent(quality.fill_ratio)} of the intended size)"
    traded = f"entered {plan_of(lifecycle).direction} {quality.entry_size}{part}"
    at = f"{traded} at {words.price(entry)}"
    if quality.decision_price is not None and quality.slippage_to_decision_bps is not None:
        cost = _slippage(quality.slippage_to_decision_bps)
        return f"{at}, {cost} the decision price {words.price(quality.decision_price)}"
    if quality.arrival_price is not None and quality.slippage_to_arrival_bps is not None:
        cost = _slippage(quality.slippage_to_arrival_bps)
        return f"{at}, {cost} the arrival price {words.price(quality.arrival_price)}"
    return at


def _exit(quality: ExecutionQuality) -> str:
    if quality.exit_price is None:
        return ""
    at = f"left at {words.price(quality.exit_price)}"
    if quality.exit_slippage_bps is None or quality.exit_benchmark is None:
        return at
    cost = _slippage(quality.exit_slippage_bps)
    return f"{at}, {cost} the {words.price(quality.exit_benchmark)} it aimed at"


def _slippage(cost_bps: Decimal) -> str:
    if cost_bps == 0:
        return "exactly at"
    return f"{words.number(abs(cost_bps), 4)} bps {'worse' if cost_bps > 0 else 'better'} than"


def _money(quality: ExecutionQuality, result: Result) -> str:
    closing = result.foreign_closing
    fees = f"{words.dollars(quality.fees + (closing.fees if closing else 0))} of fees"
    if result.net is None:
        return f"{fees} paid, profit unknown"
    share = f" ({words.gain(result.return_fraction)})" if result.return_fraction is not None else ""
    return f"{words.profit(result.net)} after {fees}{share}"
