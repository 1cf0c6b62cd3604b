"""What is held is known, covered for exactly its size, and left when it shall be."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.complaints.faults import AccountFaults
from tests.orders.desk import LIMITS, SIZE, Desk
from tests.orders.faults import meanwhile
from tests.support.lifecycles import covered
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.plans.plan import LimitEntry, Quantity
from trader.reconciliation.reconciler import Reconciler

LIMIT = {"order": LimitEntry(price=Decimal(60_000))}
PART = Decimal("0.004")
DUST = Decimal("0.0001")
"""Of BTC: six dollars, less than the venue's minimum for an order."""


def fill_in_part(desk: Desk, size: Decimal) -> str:
    """A plan whose resting entry of 0.01 has filled for that much."""
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", str(size)]])
    plan = desk.protect(**LIMIT)
    assert desk.held() == size
    return plan


def sizes(desk: Desk, plan: str, leg: Leg) -> list[Decimal]:
    """Those of the leg's orders, as the exchange took them."""
    return [Decimal(order["size"]) for order in desk.accepted(plan, leg)]


def test_freqtrade_3622_dust_can_be_sold(desk: Desk) -> None:
    plan = fill_in_part(desk, DUST)
    assert sizes(desk, plan, Leg.STOP) == sizes(desk, plan, Leg.TARGET) == [DUST]
    desk.exchange.set_mid("BTC", "60100")
    desk.cancel(plan, close=True)

    assert desk.track(plan) is Stage.ANALYZE
    assert sizes(desk, plan, Leg.EXIT) == [DUST]
    assert (desk.held(), desk.working()) == (0, [])


def test_freqtrade_3802_no_exit_is_left_behind(desk: Desk) -> None:
    """An entry in three parts has three stops and three targets; all go when one has done it.

    Another plan holds the symbol: the venue itself withdraws nothing.
    """
    other = desk.protect(stop_loss=Decimal(40_000), take_profit=Decimal(80_000))
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", str(PART)]])
    plan = desk.protect(**LIMIT)
    for more in ("0.003", "0.003"):
        desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", more]])
        desk.track(plan)
    assert len(desk.working()) == 2 + 6
    desk.exchange.set_mid("BTC", "63100")

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.held() == SIZE
    assert {order["cloid"] for order in desk.working()} == {
        order.cloid for order in desk.load(other).orders_of(Leg.STOP, Leg.TARGET)
    }


def test_freqtrade_7444_exits_are_for_what_was_filled(desk: Desk) -> None:
    """And #8374, #11212: neither the whole that was wanted, nor the rest that was cancelled."""
    plan = fill_in_part(desk, PART)
    desk.cancel(plan)
    assert desk.track(plan) is Stage.TRACK
    assert desk.states(plan, Leg.ENTRY) == [OrderState.CANCELLED]
    assert sizes(desk, plan, Leg.STOP) == sizes(desk, plan, Leg.TARGET) == [PART]
    desk.exchange.set_mid("BTC", "63100")

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CLOSED
    assert (desk.held(), desk.load(plan).position.traded) == (0, 2 * PART)


def test_freqtrade_11461_an_entry_that_ended_in_part_is_not_sent_again(
    desk: Desk, faults: AccountFaults
) -> None:
    plan = fill_in_part(desk, PART)
    entry = desk.load(plan).orders_of(Leg.ENTRY)[0]
    faults.controls.end_order("marginCanceled", oid=entry.order_id)
    desk.exchange.set_mid("BTC", "59500")
    for _ in range(3):
        desk.worker().monitor_entry_conditions(plan, desk.venue.quote("BTC"))
        desk.worker().place_order_when_ready(plan)
        assert desk.track(plan) is Stage.TRACK
        desk.clock.advance(timedelta(minutes=1))

    assert desk.states(plan, Leg.ENTRY) == [OrderState.CANCELLED]
    assert desk.has_one_order_a_leg(plan)
    assert desk.held() == covered(desk.load(plan), Leg.STOP) == PART


def test_freqtrade_3647_a_cancellation_that_raced_a_fill_leaves_no_naked_position(
    desk: Desk,
) -> None:
    plan = desk.place(order=LimitEntry(price=Decimal(59_000)))
    desk.cancel(plan)
    desk.venue.cancel_faults = [meanwhile(lambda: desk.exchange.set_mid("BTC", "58900"))]

    assert desk.track(plan) is Stage.TRACK
    assert desk.load(plan).position.size == desk.held() == SIZE
    assert desk.has_one_order_a_leg(plan)


@pytest.mark.parametrize("target", [Decimal(70_000), None])
def test_freqtrade_7107_a_liquidation_is_noticed(
    desk: Desk, watching: Reconciler, target: Decimal | None
) -> None:
    """Also where no exit of the plan's stands that the venue could end with the position."""
    desk.exchange.set_depth("BTC", [["59990", "100"]], [["60000", "100"]])
    size = Quantity(value=Decimal(30))
    plan = desk.place(size=size, stop_loss=None, take_profit=target)
    desk.track(plan)
    assert desk.held() == 30
    desk.exchange.set_mid("BTC", "56900")
    assert desk.held() == 0

    for _ in range(2):
        for lifecycle_id in watching.reconcile():
            desk.track(lifecycle_id)
        desk.clock.advance(timedelta(minutes=1))
    assert desk.account_events() == ["account_opened", "liquidation_found"]
    lifecycle = desk.load(plan)
    assert (lifecycle.stage, lifecycle.outcome) == (Stage.ANALYZE, Outcome.CLOSED_EXTERNALLY)
    assert desk.working() == []
    assert watching.reconcile() == ()


def test_freqtrade_6392_a_stop_that_executed_ends_the_plan_though_its_status_is_not_found(
    desk: Desk,
) -> None:
    """And #11570: the trades tell it."""
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "56900")
    desk.venue.hidden_orders = True
    desk.track(plan)
    assert desk.load(plan).position.size == desk.held() == 0

    desk.venue.hidden_orders = False
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CLOSED


def test_hummingbot_2969_the_kill_switch_stops_entries_and_nothing_else(desk: Desk) -> None:
    """And #2497: positions keep their exits, and can be closed."""
    held, resting = desk.place(), desk.place(order=LimitEntry(price=Decimal(59_000)))
    wanted = desk.trigger()
    halted = desk.worker(limits=LIMITS.model_copy(update={"is_halted": True}))

    assert halted.place_order_when_ready(wanted) is Stage.MONITOR
    assert desk.accepted(wanted, Leg.ENTRY) == []
    assert halted.track_order_lifecycle(held) is Stage.TRACK
    assert desk.has_one_order_a_leg(held)
    for plan in (held, resting):
        desk.cancel(plan, close=True)
        assert halted.track_order_lifecycle(plan) is Stage.ANALYZE
    assert (desk.held(), desk.working()) == (0, [])
    for _ in range(3):
        desk.clock.advance(timedelta(minutes=1))
        quote = desk.venue.quote("BTC")
        assert halted.monitor_entry_conditions(wanted, quote) is Stage.MONITOR
    assert desk.events(wanted).count("entry_denied") == 1
