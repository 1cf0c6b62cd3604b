"""One waiting plan, judged now."""

from collections.abc import Callable
from datetime import datetime

from trader.clock import Clock
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Stage
from trader.orders.monitoring import judge_entry
from trader.risk.limits import RiskLimits
from trader.venues.quote import Quote


def check_waiting(
    journal: Journal,
    lifecycle: Lifecycle,
    quote: Quote | None,
    now: datetime,
    limits: RiskLimits,
) -> Stage:
    """Judge a plan, if it waits, and append what changed; its stage afterwards.

    Raises SequenceConflict when somebody else was first.
    """
    if lifecycle.stage is not Stage.MONITOR or lifecycle.plan is None:
        return lifecycle.stage
    events = judge_entry(
        lifecycle,
        lifecycle.plan,
        quote,
        now,
        limits.max_price_age,
        is_halted=limits.is_halted,
    )
    return journal.append(lifecycle, events, now).stage


def check_entry(
    lifecycle_id: str,
    *,
    journal: Journal,
    quote_of: Callable[[str], Quote | None],
    clock: Clock,
    limits: RiskLimits,
) -> bool:
    """Judge a waiting plan on its symbol's quote; whether it triggered now.

    Raises SequenceConflict when somebody else was first.
    """
    lifecycle = journal.load(lifecycle_id)
    if lifecycle.stage is not Stage.MONITOR or lifecycle.plan is None:
        return False
    quote, now = quote_of(lifecycle.plan.symbol), clock()
    return check_waiting(journal, lifecycle, quote, now, limits) is Stage.PLACE
