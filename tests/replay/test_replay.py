"""Plans that really went their way at the exchange, decided again from their strands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.orders.desk import DEAD, LIMITS, Desk
from tests.orders.faults import drops_the_request, meanwhile
from trader.lifecycle.stage import Leg, Stage
from trader.performance.analyzer import PerformanceAnalyzer
from trader.plans.plan import LimitEntry
from trader.replay.replay import projection_differs, replay
from trader.strands.strand import Strand
from trader.venues.orders import OrderAnswer
from trader.venues.venue import BatchRefused


def finished_at_its_stop(desk: Desk) -> str:
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "56900")
    assert desk.track(plan) is Stage.ANALYZE
    lifecycle = desk.load(plan)
    desk.journal.append(lifecycle, (PerformanceAnalyzer().analyze(lifecycle),), desk.clock())
    return plan


def closed_by_time(desk: Desk) -> str:
    plan = desk.trigger(max_hold=timedelta(seconds=5))
    desk.worker().place_order_when_ready(plan)
    desk.track(plan)
    desk.clock.advance(timedelta(seconds=6))
    desk.track(plan)
    return plan


def cancelled_while_it_rests(desk: Desk) -> str:
    plan = desk.trigger(order=LimitEntry(price=Decimal(58_000)))
    desk.worker().place_order_when_ready(plan)
    desk.cancel(plan)
    desk.track(plan)
    return plan


def denied_by_a_control(desk: Desk) -> str:
    plan = desk.trigger(take_profit=Decimal(59_000), stop_loss=Decimal(58_000))
    assert desk.worker().place_order_when_ready(plan) is Stage.DONE
    return plan


def armed_again_after_a_proved_death(desk: Desk) -> str:
    plan = desk.trigger()
    desk.venue.order_faults = [drops_the_request]
    desk.worker().place_order_when_ready(plan)
    desk.clock.advance(DEAD)
    desk.track(plan)
    return plan


def intended_when_its_trigger_had_become_too_old(desk: Desk) -> str:
    """It was decided in time; other plans of the same action were decided after it."""
    plan = desk.trigger()
    desk.clock.advance(LIMITS.max_price_age - timedelta(seconds=2))
    worker = desk.worker()
    slow = replace(worker.sender, clock=lambda: desk.clock() + timedelta(seconds=3))
    assert replace(worker, sender=slow).place_order_when_ready(plan) is Stage.TRACK
    return plan


def protected_until_its_time_was_over(desk: Desk) -> str:
    """It was to be protected, and between that and the intent its longest time came to its end."""
    plan = desk.trigger(max_hold=timedelta(seconds=5))
    desk.worker().place_order_when_ready(plan)
    tracker = desk.tracker()
    slow = replace(tracker.sender, clock=lambda: desk.clock() + timedelta(seconds=6))
    replace(tracker, sender=slow).track(desk.load(plan))
    assert desk.load(plan).orders_of(Leg.STOP)
    return plan


def cancelled_with_a_late_answer(desk: Desk) -> str:
    """When the answer comes, what has traded of the entry has been held for its longest time."""
    desk.exchange.set_depth("BTC", [["59980", "1"]], [["59990", "0.004"]])
    plan = desk.trigger(
        order=LimitEntry(price=Decimal(59_995)),
        max_hold=timedelta(hours=1),
        stop_loss=None,
        take_profit=None,
    )
    desk.worker().place_order_when_ready(plan)
    desk.track(plan)
    desk.cancel(plan)
    desk.venue.cancel_faults = [meanwhile(lambda: desk.clock.advance(timedelta(hours=2)))]
    desk.track(plan)
    assert "cancel_sent" in desk.events(plan)
    return plan


def placed_on_its_own_after_a_refusal_of_all(desk: Desk) -> str:
    def refuses_the_whole(_: object) -> tuple[OrderAnswer, ...]:
        raise BatchRefused("Order has invalid price.")

    plans = [desk.trigger(), desk.trigger()]
    desk.venue.order_faults = [refuses_the_whole]
    desk.worker().place_orders_when_ready(plans)
    return plans[1]


WAYS = [
    protected_until_its_time_was_over,
    cancelled_with_a_late_answer,
    placed_on_its_own_after_a_refusal_of_all,
    finished_at_its_stop,
    closed_by_time,
    cancelled_while_it_rests,
    denied_by_a_control,
    armed_again_after_a_proved_death,
    intended_when_its_trigger_had_become_too_old,
]


@pytest.mark.parametrize("way", WAYS)
def test_every_decision_comes_out_the_same(desk: Desk, way: Callable[[Desk], str]) -> None:
    plan = way(desk)
    strands = desk.store.load(plan)
    assert len(strands) >= 3
    assert replay(strands) == ()
    assert not projection_differs(strands, desk.store.lifecycle(plan))


def tampered(strands: tuple[Strand, ...], event: str, change: dict[str, Any]) -> list[Strand]:
    """The strands with the content of the first such event changed."""
    seq = next(s.seq for s in strands if s.content["event"] == event)
    return [replace(s, content={**s.content, **change}) if s.seq == seq else s for s in strands]


@pytest.mark.parametrize(
    ("way", "event", "change"),
    [
        (placed_on_its_own_after_a_refusal_of_all, "orders_intended", {"decided_on": 0}),
        (placed_on_its_own_after_a_refusal_of_all, "orders_intended", {"offset": 0}),
        (placed_on_its_own_after_a_refusal_of_all, "entry_set_apart", {"reason": "because"}),
        (finished_at_its_stop, "orders_intended", {"reason": "because"}),
        (finished_at_its_stop, "position_changed", {"realised": "7"}),
        (finished_at_its_stop, "execution_finished", {"outcome": "expired"}),
        (finished_at_its_stop, "plan_analyzed", {"quality_score": 0.123}),
        (closed_by_time, "exit_decided", {"why": "cancelled"}),
        (cancelled_while_it_rests, "cancel_sent", {"reason": "because"}),
        (denied_by_a_control, "entry_denied", {"limit": "1"}),
        (armed_again_after_a_proved_death, "entry_rearmed", {"attempts": 2}),
    ],
)
def test_another_decision_than_the_facts_lead_to_is_found(
    desk: Desk, way: Callable[[Desk], str], event: str, change: dict[str, Any]
) -> None:
    strands = desk.store.load(way(desk))
    seq = next(s.seq for s in strands if s.content["event"] == event)
    assert [found.seq for found in replay(tampered(strands, event, change))][:1] == [seq]


def test_a_stale_row_is_found(desk: Desk) -> None:
    plan = closed_by_time(desk)
    row = desk.store.lifecycle(plan)
    assert row is not None
    assert projection_differs(desk.store.load(plan), replace(row, stage="monitor"))
