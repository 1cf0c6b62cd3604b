"""A restart loses nothing, invents nothing, and mistakes nobody's order for ours."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.complaints.faults import AccountFaults
from tests.complaints.restarts import restarted
from tests.orders.desk import DEAD, GRACE, SIZE, Desk
from tests.orders.faults import Killed, drops_the_request, kills_before
from tests.support.lifecycles import covered
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.draft import cloid_of
from trader.orders.rearming import FIRST_WAIT
from trader.plans.plan import LimitEntry
from trader.reconciliation.reconciler import Reconciler
from trader.venues.instrument import Side

RESTING = {"order": LimitEntry(price=Decimal(59_000))}


def test_hummingbot_api_243_a_position_gets_its_stop_after_a_restart(
    desk: Desk, watching: Reconciler, tmp_path: Path
) -> None:
    plan = desk.place()
    desk.venue.order_faults = [kills_before]
    with pytest.raises(Killed):
        desk.track(plan)
    assert (desk.held(), desk.working()) == (SIZE, [])

    with restarted(desk, tmp_path) as again:
        desk.clock.advance(GRACE)
        assert watching.reconcile() == (plan,)
        assert again.track(plan) is Stage.TRACK
        assert again.has_one_order_a_leg(plan)
    assert len(desk.working()) == 2


def test_octobot_3190_stop_and_target_work_while_nobody_runs(desk: Desk, tmp_path: Path) -> None:
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "56900")
    assert (desk.held(), desk.working()) == (0, [])

    with restarted(desk, tmp_path) as again:
        assert again.track(plan) is Stage.ANALYZE
        assert again.load(plan).outcome is Outcome.CLOSED
        assert again.states(plan, Leg.STOP) == [OrderState.FILLED]


def test_nautilus_3878_a_restart_finds_the_same_fills(
    desk: Desk, watching: Reconciler, tmp_path: Path
) -> None:
    """And #3046: each trade has the venue's id, and is booked once. None is synthetic."""
    desk.exchange.set_depth("BTC", [["59990", "1"]], [["60000", "0.004"], ["60010", "1"]])
    plan = desk.protect()
    booked = desk.store.load(plan)
    traded = [(fill["tid"], fill["oid"]) for fill in desk.exchange.fills_of(desk.address)]
    assert len(traded) == len(set(traded)) == 2
    for _ in range(2):
        with restarted(desk, tmp_path) as again:
            watching.reconcile()
            again.track(plan)
            assert [(f.trade_id, f.order_id) for f in again.load(plan).fills] == traded
            assert again.store.load(plan) == booked


def test_nautilus_4736_a_warm_restart_invents_no_fill_and_drops_no_order(
    desk: Desk, watching: Reconciler, tmp_path: Path
) -> None:
    """And #5000, which dropped 14 working orders; #3104, #3176."""
    held = desk.protect()
    resting = [desk.place(**RESTING) for _ in range(14)]
    strands = {plan: desk.store.load(plan) for plan in (held, *resting)}
    working = desk.working()
    assert len(working) == 16

    with restarted(desk, tmp_path) as again:
        assert watching.reconcile() == ()
        for plan in strands:
            assert again.track(plan) is Stage.TRACK
        assert {plan: again.store.load(plan) for plan in strands} == strands
        assert again.load(held).position.size == SIZE
        assert again.account_events() == ["account_opened"]
    assert desk.working() == working


def test_freqtrade_13399_recovery_attaches_nobody_elses_order(
    desk: Desk, watching: Reconciler, faults: AccountFaults, tmp_path: Path
) -> None:
    """And #8913: of the same symbol, side and size, at the very price of the missing stop."""
    plan = desk.protect()
    stop = desk.load(plan).orders_of(Leg.STOP)[0]
    faults.controls.end_order("marginCanceled", oid=stop.order_id)
    desk.trade_by_hand(Side.SELL, price=Decimal(63_000))
    (stranger,) = [o for o in desk.working() if o["cloid"] not in desk.load(plan).orders]

    with restarted(desk, tmp_path) as again:
        assert watching.reconcile() == (plan,)
        again.track(plan)
        assert again.account_events() == ["account_opened", "external_order_found"]
        assert stranger["cloid"] not in again.load(plan).orders
        assert again.states(plan, Leg.STOP) == [OrderState.CANCELLED, OrderState.OPEN]
    assert stranger in desk.working()


def test_freqtrade_12360_a_missing_stop_is_no_crash_loop(
    desk: Desk, watching: Reconciler, faults: AccountFaults, tmp_path: Path
) -> None:
    """It was cancelled while nobody ran, and the venue does not even know its status."""
    plan = desk.protect()
    stop = desk.load(plan).orders_of(Leg.STOP)[0]
    faults.controls.end_order("marginCanceled", oid=stop.order_id)
    faults.hold("order_forgotten")
    desk.clock.advance(timedelta(hours=1))

    for _ in range(3):
        with restarted(desk, tmp_path) as again:
            for lifecycle_id in watching.reconcile():
                again.track(lifecycle_id)
            desk.clock.advance(timedelta(minutes=1))
    assert covered(desk.load(plan), Leg.STOP) == SIZE
    assert len(desk.accepted(plan, Leg.STOP)) == 2
    assert watching.reconcile() == ()


def test_lean_ib_242_order_ids_are_not_used_again_after_a_restart(
    desk: Desk, tmp_path: Path
) -> None:
    plan = desk.trigger()
    desk.venue.order_faults = [drops_the_request]
    desk.worker().place_order_when_ready(plan)
    desk.clock.advance(DEAD)
    with restarted(desk, tmp_path) as again:
        assert again.track(plan) is Stage.MONITOR
        worker = again.worker()
        again.clock.advance(FIRST_WAIT)
        worker.monitor_entry_conditions(plan, again.venue.quote("BTC"))
        worker.place_order_when_ready(plan)
        first, second = again.load(plan).orders_of(Leg.ENTRY)
    assert first.cloid == cloid_of(plan, Leg.ENTRY, 1) != second.cloid
    assert [order["cloid"] for order in desk.orders()] == [second.cloid]


def test_lean_ib_249_fills_of_a_time_without_connection_are_found(
    desk: Desk, watching: Reconciler, tmp_path: Path
) -> None:
    """A part, then the rest, then the target, all in the dark."""
    plan = desk.place(order=LimitEntry(price=Decimal(59_990)))
    for ask in ("59990", "59980"):
        desk.exchange.set_depth("BTC", [["59900", "1"]], [[ask, "0.005"]])
    assert desk.held() == SIZE

    with restarted(desk, tmp_path) as again:
        assert watching.reconcile() == (plan,)
        again.track(plan)
        assert len(again.load(plan).fills) == 2
        assert again.load(plan).position.size == SIZE
        desk.exchange.set_mid("BTC", "63100")
        assert watching.reconcile() == (plan,)
        assert again.track(plan) is Stage.ANALYZE
    assert (desk.load(plan).outcome, desk.held()) == (Outcome.CLOSED, 0)
