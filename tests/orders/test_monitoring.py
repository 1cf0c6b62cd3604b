from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.builders import cancel_requested
from tests.support.lifecycles import START, LifecycleBuilder, a_plan, a_quote
from trader.conditions.condition import All, BreakoutAbove, Immediately, PriceBelow
from trader.lifecycle.event import Event
from trader.lifecycle.plan_events import ConditionArmed, EntryTriggered, PlanCancelled, PlanExpired
from trader.market.quote import Quote
from trader.orders.monitoring import judge_entry
from trader.plans.plan import Plan

MAX_AGE = timedelta(seconds=10)
ABOVE = a_plan()
BREAKOUT = a_plan(entry=BreakoutAbove(level=Decimal(30000)))
BOTH = a_plan(
    entry=All(conditions=(BreakoutAbove(level=Decimal(30000)), PriceBelow(level=Decimal(30100))))
)


def judge(
    plan: Plan, quote: Quote | None, builder: LifecycleBuilder | None = None, after: int = 0
) -> tuple[Event, ...]:
    lifecycle = (builder or LifecycleBuilder(plan).accepted()).lifecycle
    return judge_entry(lifecycle, plan, quote, START + timedelta(seconds=after), MAX_AGE)


@pytest.mark.parametrize(
    ("plan", "quote", "after"),
    [
        (ABOVE, None, 0),
        (ABOVE, a_quote("30000"), 0),
        (ABOVE, a_quote("30001"), 11),
        (BREAKOUT, a_quote("30001"), 0),
    ],
)
def test_a_plan_waits_without_a_strand(plan: Plan, quote: Quote | None, after: int) -> None:
    assert judge(plan, quote, after=after) == ()


def test_a_condition_that_holds_triggers_with_what_it_was_judged_on() -> None:
    (event,) = judge(ABOVE, a_quote("30001"), after=10)

    assert isinstance(event, EntryTriggered)
    assert event.quote == a_quote("30001")
    assert event.reason == "mid 30001 is above 30000"


def test_a_plan_that_does_not_wait_needs_no_quote() -> None:
    (event,) = judge(a_plan(entry=Immediately()), None)

    assert isinstance(event, EntryTriggered)


def test_a_breakout_is_armed_once_and_fires_from_the_journal() -> None:
    waiting = LifecycleBuilder(BREAKOUT).accepted()
    (armed,) = judge(BREAKOUT, a_quote("29990"), waiting)
    assert isinstance(armed, ConditionArmed)

    waiting.event(armed)
    assert judge(BREAKOUT, a_quote("29980"), waiting) == ()
    (fired,) = judge(BREAKOUT, a_quote("30001"), waiting)
    assert isinstance(fired, EntryTriggered)


def test_a_leg_is_armed_although_the_others_do_not_hold() -> None:
    (armed,) = judge(BOTH, a_quote("29990"))

    assert isinstance(armed, ConditionArmed)
    assert len(armed.legs) == 1


def test_the_end_comes_before_the_condition() -> None:
    late = int((ABOVE.valid_until - START).total_seconds())
    (expired,) = judge(ABOVE, a_quote("30001", at=ABOVE.valid_until), after=late)
    assert isinstance(expired, PlanExpired)
    assert expired.valid_until == ABOVE.valid_until

    waiting = cancel_requested(LifecycleBuilder(ABOVE).accepted())
    (cancelled,) = judge(ABOVE, a_quote("30001"), waiting)
    assert isinstance(cancelled, PlanCancelled)
