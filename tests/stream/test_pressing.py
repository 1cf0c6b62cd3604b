"""Plans in doubt, without a stop or on their way out are called for again and again; no others."""

from datetime import datetime, timedelta

import pytest

from tests.orders.builders import entered, protected, refused_exits, resting, stopped
from tests.support.lifecycles import START, LifecycleBuilder
from tests.venues.builders import BTC
from trader.stream.pressing import BARE_PAUSE, DOUBT_PAUSE, Pressing

LISTED = {"BTC": BTC}


def due(pressing: Pressing, plan: LifecycleBuilder, now: datetime) -> bool:
    return plan.lifecycle_id in pressing.due([plan.lifecycle], LISTED, now)


def in_doubt() -> LifecycleBuilder:
    return LifecycleBuilder().accepted().triggered().intended()


def intended_at(plan: LifecycleBuilder) -> datetime:
    return list(plan.lifecycle.intents.values())[-1].intended_at


def test_a_sender_is_given_some_time() -> None:
    plan, pressing = in_doubt(), Pressing()
    assert not due(pressing, plan, intended_at(plan) + DOUBT_PAUSE / 2)
    assert due(pressing, plan, intended_at(plan) + DOUBT_PAUSE)


def test_a_sender_whose_clock_is_ahead_is_given_none() -> None:
    plan = in_doubt()
    assert due(Pressing(), plan, intended_at(plan) - timedelta(seconds=30))


def test_it_is_called_for_once_a_pause_until_there_is_proof() -> None:
    plan, pressing = in_doubt(), Pressing()
    first = intended_at(plan) + DOUBT_PAUSE
    assert due(pressing, plan, first)
    assert not due(pressing, plan, first + DOUBT_PAUSE / 2)
    assert due(pressing, plan, first + DOUBT_PAUSE)
    plan.answered()
    assert not due(pressing, plan, first + 5 * DOUBT_PAUSE)


def test_a_plan_that_comes_back_into_doubt_is_called_for_at_once() -> None:
    plan, pressing = in_doubt(), Pressing()
    now = intended_at(plan) + DOUBT_PAUSE
    assert due(pressing, plan, now)
    assert not pressing.due([], LISTED, now)
    assert due(pressing, plan, now)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(entered(), id="no stop was sent"),
        pytest.param(stopped(entered(), size="0.5"), id="a stop that is too small"),
        pytest.param(refused_exits(1), id="its exit was refused"),
        pytest.param(entered().leaving(), id="no exit was sent"),
    ],
)
def test_a_position_that_lacks_an_order_is_called_for_once_a_pause(plan: LifecycleBuilder) -> None:
    pressing, quiet_since = Pressing(), plan.lifecycle.updated_at
    assert not due(pressing, plan, quiet_since + BARE_PAUSE / 2)
    assert due(pressing, plan, quiet_since + BARE_PAUSE)
    assert not due(pressing, plan, quiet_since + 1.5 * BARE_PAUSE)
    assert due(pressing, plan, quiet_since + 2 * BARE_PAUSE)


def test_the_venue_is_not_asked_while_its_refusals_have_an_order_pause() -> None:
    plan, pressing = refused_exits(12, each=timedelta(seconds=10)), Pressing()
    assert not due(pressing, plan, intended_at(plan) + timedelta(seconds=50))
    assert due(pressing, plan, intended_at(plan) + timedelta(seconds=60))


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(LifecycleBuilder().accepted(), id="waits"),
        pytest.param(resting(), id="entry rests"),
        pytest.param(protected(), id="protected"),
    ],
)
def test_a_plan_that_lacks_nothing_is_none_of_its(plan: LifecycleBuilder) -> None:
    assert not due(Pressing(), plan, START + timedelta(hours=1))


def test_a_symbol_that_is_not_listed_is_left_to_the_sweep() -> None:
    plan = entered()
    assert not Pressing().due([plan.lifecycle], {}, plan.lifecycle.updated_at + BARE_PAUSE)
