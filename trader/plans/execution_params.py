"""How a TradingPlan wants its entry executed: `signal_metadata.execution_params`."""

from typing import Final

from trader.money import BASIS_POINTS
from trader.plans.fields import Fields, mapping
from trader.plans.plan import MAX_SLIPPAGE_BPS, EntryOrder, LimitEntry, MarketEntry
from trader.plans.refusal import PlanRefused, RefusalCode
from trader.plans.values import positive, positive_up_to, word

VENUE: Final = "hyperliquid"

FIELDS: Final = frozenset(
    {
        "order_type",
        "time_in_force",
        "slippage_tolerance",
        "entry_strategy",
        "execution_venue",
        "execution_priority",
    }
)
"""All are obeyed or refused, but `execution_priority`: every plan is executed at once."""

_TIMES_IN_FORCE: Final = {
    "market": frozenset({"gtc", "ioc"}),
    "limit": frozenset({"gtc", "post_only", "alo"}),
}
_POST_ONLY: Final = frozenset({"post_only", "alo"})
_SLIPPAGE: Final = positive_up_to(MAX_SLIPPAGE_BPS / BASIS_POINTS)


def read_order(plan: Fields) -> EntryOrder:
    """The entry order of a TradingPlan; a market order when it says nothing.

    A limit order rests at the plan's `entry_price`, which bounds its slippage by itself.
    Raises PlanRefused.
    """
    params = _execution_params(plan)
    params.refuse_others(FIELDS)
    order_type = params.find("order_type", word) or "market"
    time_in_force = params.find("time_in_force", word) or "gtc"
    _require_supported(params, order_type, time_in_force)
    slippage = params.find("slippage_tolerance", _SLIPPAGE)
    if order_type == "limit":
        price = plan.read("entry_price", positive)
        return LimitEntry(price=price, post_only=time_in_force in _POST_ONLY)
    if slippage is None:
        return MarketEntry()
    return MarketEntry(max_slippage_bps=slippage * BASIS_POINTS)


def _execution_params(plan: Fields) -> Fields:
    metadata = plan.find("signal_metadata", mapping)
    found = metadata.find("execution_params", mapping) if metadata else None
    return found or Fields({}, plan.path_of("signal_metadata.execution_params"))


def _require_supported(params: Fields, order_type: str, time_in_force: str) -> None:
    strategy = params.find("entry_strategy", word) or order_type
    venue = params.find("execution_venue", word) or VENUE
    times_in_force = _TIMES_IN_FORCE.get(order_type, frozenset())
    for key, written, supported, code in (
        ("order_type", order_type, _TIMES_IN_FORCE.keys(), RefusalCode.UNSUPPORTED_ORDER_TYPE),
        ("time_in_force", time_in_force, times_in_force, RefusalCode.UNSUPPORTED_TIME_IN_FORCE),
        ("entry_strategy", strategy, {order_type}, RefusalCode.UNSUPPORTED_STRATEGY),
        ("execution_venue", venue, {VENUE}, RefusalCode.UNSUPPORTED_VENUE),
    ):
        if written not in supported:
            reason = f"is not supported here: write one of {', '.join(sorted(supported))}"
            raise PlanRefused(code, params.path_of(key), written, reason)
