"""One waiting plan, judged now."""

from collections.abc import Callable
from datetime import timedelta

from trader.clock import Clock
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage
from trader.market.quote import Quote
from trader.orders.monitoring import judge_entry


def check_entry(
    lifecycle_id: str,
    *,
    journal: Journal,
    quote_of: Callable[[str], Quote | None],
    clock: Clock,
    max_price_age: timedelta,
) -> bool:
    """Judge a waiting plan on its symbol's quote and append what changed; whether it triggered.

    Raises SequenceConflict when somebody else was first.
    """
    lifecycle = journal.load(lifecycle_id)
    plan = lifecycle.plan
    if lifecycle.stage is not Stage.MONITOR or plan is None:
        return False
    quote, now = quote_of(plan.symbol), clock()
    events = judge_entry(lifecycle, plan, quote, now, max_price_age)
    return journal.append(lifecycle, events, now).stage is Stage.PLACE
