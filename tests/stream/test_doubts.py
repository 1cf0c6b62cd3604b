"""Plans in doubt are called for again and again, and no others."""

from datetime import datetime, timedelta

from tests.support.lifecycles import START, LifecycleBuilder
from trader.stream.doubts import PAUSE, Doubts

SOON = PAUSE / 2


def in_doubt() -> LifecycleBuilder:
    return LifecycleBuilder().accepted().triggered().intended()


def intended_at(plan: LifecycleBuilder) -> datetime:
    (intent,) = plan.lifecycle.intents.values()
    return intent.intended_at


def test_a_sender_is_given_some_time() -> None:
    plan, doubts = in_doubt(), Doubts()
    assert doubts.due([plan.lifecycle], intended_at(plan) + SOON) == frozenset()
    assert doubts.due([plan.lifecycle], intended_at(plan) + PAUSE) == {plan.lifecycle_id}


def test_it_is_called_for_once_a_pause_until_there_is_proof() -> None:
    plan, doubts = in_doubt(), Doubts()
    first = intended_at(plan) + PAUSE
    assert doubts.due([plan.lifecycle], first)
    assert not doubts.due([plan.lifecycle], first + SOON)
    assert doubts.due([plan.lifecycle], first + PAUSE)
    plan.answered()
    assert not doubts.due([plan.lifecycle], first + 5 * PAUSE)


def test_a_plan_that_comes_back_into_doubt_is_called_for_at_once() -> None:
    plan, doubts = in_doubt(), Doubts()
    now = intended_at(plan) + PAUSE
    assert doubts.due([plan.lifecycle], now)
    assert not doubts.due([], now)
    assert doubts.due([plan.lifecycle], now)


def test_a_plan_without_orders_is_none_of_its() -> None:
    waiting = LifecycleBuilder().accepted().lifecycle
    assert Doubts().due([waiting], START + timedelta(hours=1)) == frozenset()
