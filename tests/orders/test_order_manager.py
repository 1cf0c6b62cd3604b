"""Placing on a real exchange: whatever happens to the messages, its ledger has each order once."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import DEAD, GRACE, LIMITS, SIZE, Desk, lost
from tests.orders.faults import (
    Killed,
    cannot_connect,
    drops_the_request,
    kills_after,
    kills_before,
    loses_the_reply,
    meanwhile,
    sends_twice,
)
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.observation import VISIBILITY_LAG
from trader.orders.rearming import FIRST_WAIT
from trader.plans.plan import LimitEntry, Quantity
from trader.strands.store import SequenceConflict
from trader.venues.venue import DuplicateNonce, VenueUnavailable

RESTING = {"order": LimitEntry(price=Decimal(59_000))}
THREE = range(3)


def test_doing_everything_again_changes_nothing(desk: Desk) -> None:
    plan = desk.trigger()
    worker = desk.worker()
    for _ in THREE:
        worker.place_order_when_ready(plan)
    for _ in THREE:
        worker.track_order_lifecycle(plan)
    seq = desk.load(plan).seq

    worker.monitor_entry_conditions(plan, desk.venue.quote("BTC"))
    assert worker.place_order_when_ready(plan) is Stage.TRACK
    assert worker.track_order_lifecycle(plan) is Stage.TRACK
    assert desk.load(plan).seq == seq
    assert desk.has_one_order_a_leg(plan)


@pytest.mark.parametrize("fault", [loses_the_reply, sends_twice, kills_after])
def test_an_entry_that_landed_unheard_is_found_and_not_sent_again(
    desk: Desk, fault: object
) -> None:
    plan = desk.trigger()
    desk.venue.order_faults = [fault]  # type: ignore[list-item]
    if fault is kills_after:
        with pytest.raises(Killed):
            desk.worker().place_order_when_ready(plan)
        desk.clock.advance(GRACE)
    else:
        assert desk.worker().place_order_when_ready(plan) is Stage.TRACK

    desk.track(plan)
    assert desk.has_one_order_a_leg(plan)
    assert (desk.load(plan).position.size, desk.held()) == (SIZE, SIZE)


@pytest.mark.parametrize("fault", [drops_the_request, cannot_connect, kills_before])
def test_an_entry_that_was_dropped_is_sent_again_as_the_same_request(
    desk: Desk, fault: object
) -> None:
    plan = desk.trigger()
    desk.venue.order_faults = [fault]  # type: ignore[list-item]
    if fault is kills_before:
        with pytest.raises(Killed):
            desk.worker().place_order_when_ready(plan)
        assert desk.track(plan) is Stage.TRACK
        assert desk.orders() == []
        desk.clock.advance(GRACE)
    else:
        desk.worker().place_order_when_ready(plan)

    desk.track(plan)
    (entry,) = desk.accepted(plan, Leg.ENTRY)
    (intent,) = [i for i in desk.load(plan).intents.values() if i.orders[0].leg is Leg.ENTRY]
    assert entry["nonce"] == intent.nonce
    assert desk.held() == SIZE


def test_an_entry_that_died_is_armed_again_and_sent_once(desk: Desk) -> None:
    plan = desk.trigger()
    desk.venue.order_faults = [drops_the_request]
    worker = desk.worker()
    worker.place_order_when_ready(plan)
    desk.clock.advance(DEAD)

    assert worker.track_order_lifecycle(plan) is Stage.MONITOR
    assert desk.events(plan)[-2:] == ["intent_died", "entry_rearmed"]
    assert worker.monitor_entry_conditions(plan, desk.venue.quote("BTC")) is Stage.MONITOR
    desk.clock.advance(FIRST_WAIT)
    assert worker.monitor_entry_conditions(plan, desk.venue.quote("BTC")) is Stage.PLACE
    assert worker.place_order_when_ready(plan) is Stage.TRACK
    desk.track(plan)
    (entry,) = desk.accepted(plan, Leg.ENTRY)
    assert entry["cloid"] == desk.load(plan).orders_of(Leg.ENTRY)[1].cloid
    assert desk.held() == SIZE


def test_a_venue_that_never_answers_is_tried_until_the_plans_end(desk: Desk) -> None:
    plan = desk.trigger(valid_until=desk.clock() + 4 * DEAD)
    worker = desk.worker()
    while desk.load(plan).outcome is None:
        desk.venue.order_faults = [drops_the_request] * 5
        worker.place_order_when_ready(plan)
        desk.clock.advance(DEAD)
        worker.track_order_lifecycle(plan)
        desk.clock.advance(FIRST_WAIT)
        worker.monitor_entry_conditions(plan, desk.venue.quote("BTC"))

    assert desk.load(plan).outcome is Outcome.EXPIRED
    assert set(desk.states(plan, Leg.ENTRY)) == {OrderState.NEVER_LANDED}
    assert desk.orders() == []


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_an_entry_in_doubt_is_fenced_once_its_plan_has_ended(
    desk: Desk, is_cancelled: bool
) -> None:
    plan = desk.trigger(valid_until=desk.clock() + timedelta(seconds=8))
    desk.venue.order_faults = [drops_the_request]
    desk.worker().place_order_when_ready(plan)
    if is_cancelled:
        desk.cancel(plan)
    else:
        desk.clock.advance(timedelta(seconds=8))

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.states(plan, Leg.ENTRY) == [OrderState.NEVER_LANDED]
    assert desk.load(plan).outcome is (Outcome.CANCELLED if is_cancelled else Outcome.EXPIRED)
    (intent,) = desk.load(plan).intents.values()
    with pytest.raises(DuplicateNonce):
        desk.venue.send_orders(intent.action, intent.nonce, intent.expires_after)
    assert desk.orders() == []


def test_a_fence_whose_reply_is_lost_proves_nothing_at_once(desk: Desk) -> None:
    plan = desk.trigger()
    desk.venue.order_faults = [drops_the_request]
    desk.worker().place_order_when_ready(plan)
    desk.cancel(plan)
    (intent,) = desk.load(plan).intents.values()
    desk.venue.fence(intent.nonce, intent.expires_after)

    assert desk.track(plan) is Stage.TRACK
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]
    desk.clock.advance(VISIBILITY_LAG)
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.orders() == []


def test_a_cancelled_entry_in_doubt_that_landed_is_found_and_protected(desk: Desk) -> None:
    plan = desk.trigger()
    desk.venue.order_faults = [loses_the_reply]
    desk.worker().place_order_when_ready(plan)
    desk.cancel(plan)

    desk.track(plan)
    assert desk.has_one_order_a_leg(plan)


def test_two_workers_place_the_same_plan_at_the_same_time(desk: Desk) -> None:
    plan = desk.trigger()
    workers = [desk.worker(desk.connect()) for _ in range(4)]
    results = desk.at_once(*(lambda w=w: w.place_order_when_ready(plan) for w in workers))

    lost(results)
    assert len(desk.accepted(plan, Leg.ENTRY)) == 1
    assert desk.held() == SIZE


def test_two_workers_track_the_same_plan_at_the_same_time(desk: Desk) -> None:
    plan = desk.place()
    workers = [desk.worker(desk.connect()) for _ in range(4)]
    results = desk.at_once(*(lambda w=w: w.track_order_lifecycle(plan) for w in workers))

    lost(results)
    desk.track(plan)
    assert desk.has_one_order_a_leg(plan)
    assert desk.held() == SIZE


def test_two_workers_leave_the_same_position_at_the_same_time(desk: Desk) -> None:
    plan = desk.protect()
    desk.cancel(plan, close=True)
    workers = [desk.worker(desk.connect()) for _ in range(4)]
    results = desk.at_once(*(lambda w=w: w.track_order_lifecycle(plan) for w in workers))

    lost(results)
    desk.track(plan)
    assert len(desk.accepted(plan, Leg.EXIT)) == 1
    assert (desk.held(), desk.working()) == (0, [])
    assert desk.load(plan).outcome is Outcome.CLOSED


def test_a_worker_that_wakes_up_late_does_not_double_the_order(desk: Desk) -> None:
    """Its intent was written, then it stood still while another worker took the intent over."""
    plan = desk.trigger()
    other = desk.connect()

    def take_over() -> None:
        desk.clock.advance(GRACE)
        desk.track(plan, other)

    desk.venue.order_faults = [meanwhile(take_over)]
    assert desk.worker().place_order_when_ready(plan) is Stage.TRACK

    assert desk.has_one_order_a_leg(plan)
    assert desk.held() == SIZE


def test_an_answer_is_recorded_although_another_strand_came_first(desk: Desk) -> None:
    plan = desk.trigger(**RESTING)
    desk.venue.order_faults = [meanwhile(lambda: desk.cancel(plan))]
    desk.worker().place_order_when_ready(plan)

    assert desk.events(plan)[-3:] == ["orders_intended", "cancel_requested", "orders_answered"]
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CANCELLED
    assert [order["status"] for order in desk.orders()] == ["canceled"]


def test_an_entry_that_the_venue_refuses_ends_the_plan_with_its_words(desk: Desk) -> None:
    crossing = LimitEntry(price=Decimal(60_100), post_only=True)
    plan = desk.place(order=crossing)

    assert desk.track(plan) is Stage.ANALYZE
    lifecycle = desk.load(plan)
    assert lifecycle.outcome is Outcome.REJECTED
    event = lifecycle.history[-1][1]
    assert "Post only order would have immediately matched" in event.reason


@pytest.mark.parametrize(
    ("changes", "control"),
    [
        ({"size": Quantity(value=Decimal("0.0001"))}, "size_below_minimum"),
        ({"size": Quantity(value=Decimal(100))}, "max_order_notional"),
        ({"order": LimitEntry(price=Decimal("63500")), "take_profit": None}, "price_collar"),
        ({"symbol": "NOSUCH"}, "unlisted_symbol"),
    ],
)
def test_a_denied_entry_never_reaches_the_venue(
    desk: Desk, changes: dict[str, object], control: str
) -> None:
    plan = desk.trigger(**changes)

    assert desk.worker().place_order_when_ready(plan) is Stage.DONE
    lifecycle = desk.load(plan)
    assert lifecycle.outcome is Outcome.DENIED
    assert lifecycle.history[-1][1].model_dump()["control"] == control
    assert desk.orders() == []


def test_a_stale_trigger_waits_for_its_condition_again(desk: Desk) -> None:
    plan = desk.trigger()
    desk.clock.advance(LIMITS.max_price_age + timedelta(seconds=1))

    assert desk.worker().place_order_when_ready(plan) is Stage.MONITOR
    desk.clock.advance(FIRST_WAIT)
    assert desk.worker().monitor_entry_conditions(plan, desk.venue.quote("BTC")) is Stage.PLACE
    assert desk.worker().place_order_when_ready(plan) is Stage.TRACK
    assert desk.held() == SIZE


def test_the_other_side_of_a_held_symbol_is_denied(desk: Desk) -> None:
    desk.protect()
    short = desk.trigger(direction="short", stop_loss=Decimal(63_000), take_profit=Decimal(57_000))

    assert desk.worker().place_order_when_ready(short) is Stage.DONE
    assert desk.held() == SIZE


def test_without_a_mid_nothing_is_decided(desk: Desk) -> None:
    plan = desk.trigger()
    desk.exchange.set_depth("BTC", [["59990", "1"]], [])

    with pytest.raises(VenueUnavailable, match="no mid"):
        desk.worker().place_order_when_ready(plan)
    assert desk.load(plan).stage is Stage.PLACE


def test_an_intent_that_lost_its_race_sends_nothing(desk: Desk) -> None:
    plan = desk.trigger()
    desk.venue.before_quote = lambda: desk.cancel(plan)

    with pytest.raises(SequenceConflict):
        desk.worker().place_order_when_ready(plan)
    assert desk.worker().place_order_when_ready(plan) is Stage.DONE
    assert desk.load(plan).outcome is Outcome.CANCELLED
    assert desk.orders() == []


def test_workers_and_an_operator_at_the_same_time(desk: Desk) -> None:
    """Placing, tracking and cancelling race; the end is one of the allowed ones, and flat."""
    plan = desk.trigger()
    gate = threading.Barrier(4)

    def work() -> None:
        worker = desk.worker(desk.connect())
        gate.wait()
        for _ in THREE:
            for call in (worker.place_order_when_ready, worker.track_order_lifecycle):
                try:
                    call(plan)
                except SequenceConflict:
                    continue

    def operate() -> None:
        gate.wait()
        desk.cancel(plan, close=True)

    assert lost(desk.at_once(work, work, work, operate)) == 0
    desk.track(plan)
    lifecycle = desk.load(plan)
    assert lifecycle.outcome in (Outcome.CANCELLED, Outcome.CLOSED)
    assert (desk.held(), lifecycle.position.size, desk.working()) == (0, 0, [])
    assert len(desk.accepted(plan, Leg.ENTRY)) <= 1
