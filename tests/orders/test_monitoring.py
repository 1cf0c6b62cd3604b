from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.builders import cancel_requested
from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan, a_quote
from trader.conditions.condition import All, BreakoutAbove, Immediately, PriceBelow
from trader.lifecycle.plan_events import (
    ConditionArmed,
    EntryTriggered,
    PlanCancelled,
    PlanExpired,
)
from trader.orders.monitoring import judge_entry
from trader.plans.plan import Plan
from trader.risk.control import Control
from trader.risk.events import EntryDenied
from trader.streams.event import Event
from trader.venues.quote import Quote

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


def held_back(plan: Plan, control: Control, seconds: int) -> LifecycleBuilder:
    """Denied at three seconds, and told not to try again for so long."""
    denied = EntryDenied(
        control=control,
        limit="",
        value="",
        is_final=False,
        wait=timedelta(seconds=seconds),
        reason="it passes",
    )
    return LifecycleBuilder(plan).accepted().triggered().wait(SECOND).event(denied)


@pytest.mark.parametrize(
    ("is_halted", "control", "after", "triggers"),
    [
        (False, Control.STALE_PRICE, 6, False),
        (False, Control.STALE_PRICE, 7, True),
        (False, Control.HALTED, 7, True),
        (True, Control.HALTED, 8, False),
        (True, Control.STALE_PRICE, 8, True),
    ],
)
def test_a_plan_that_was_kept_from_its_entry_tries_again_after_its_wait(
    is_halted: bool, control: Control, after: int, triggers: bool
) -> None:
    """During a halt that stopped it, it does not try; a halt that is new to it, it has to meet."""
    lifecycle = held_back(ABOVE, control, seconds=4).lifecycle
    now = START + timedelta(seconds=after)
    judged = judge_entry(lifecycle, ABOVE, a_quote("30001", now), now, MAX_AGE, is_halted=is_halted)
    assert bool(judged) is triggers


def test_a_plan_that_is_held_back_still_sees_where_the_price_has_been() -> None:
    held = held_back(BREAKOUT, Control.STALE_PRICE, seconds=60)
    (armed,) = judge(BREAKOUT, a_quote("29990"), held, after=5)
    assert isinstance(armed, ConditionArmed)


def test_a_plan_that_is_held_back_expires_at_its_time() -> None:
    held = held_back(ABOVE, Control.HALTED, seconds=10**6)
    after = int((ABOVE.valid_until - START).total_seconds())
    (ended,) = judge(ABOVE, a_quote("30001"), held, after=after)
    assert isinstance(ended, PlanExpired)


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
