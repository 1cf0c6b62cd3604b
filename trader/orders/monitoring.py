"""A waiting plan: does its entry condition hold, and is its time not over?"""

from datetime import datetime, timedelta

from trader.conditions.evaluation import Evaluation, Verdict, evaluate
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import ConditionArmed, EntryTriggered
from trader.orders.entry import end_before_entry
from trader.orders.rearming import is_held_back
from trader.plans.plan import Plan
from trader.streams.event import Event
from trader.venues.quote import Quote


def judge_entry(
    lifecycle: Lifecycle,
    plan: Plan,
    quote: Quote | None,
    now: datetime,
    max_age: timedelta,
    *,
    is_halted: bool = False,
) -> tuple[Event, ...]:
    """What changes for a waiting plan; empty while it goes on waiting."""
    ended = end_before_entry(lifecycle, plan, now)
    if ended is not None:
        return (ended,)
    evaluation = evaluate(plan.entry, quote, lifecycle.armed, now, max_age)
    if evaluation.verdict is not Verdict.TRUE:
        return _arming(evaluation, quote, lifecycle.armed)
    if is_held_back(lifecycle, now, is_halted=is_halted):
        return ()
    return (EntryTriggered(quote=quote, reason=evaluation.reason),)


def _arming(
    evaluation: Evaluation, quote: Quote | None, armed: frozenset[str]
) -> tuple[Event, ...]:
    legs = evaluation.newly_armed - armed
    if not legs or quote is None:
        return ()
    return (ConditionArmed(legs=tuple(sorted(legs)), quote=quote, reason=evaluation.reason),)
