"""Stops whose answers are lost, on a real exchange: there may be two for a moment, never none."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import EXPIRY, SIZE, Desk
from tests.orders.faults import drops_the_request, loses_the_reply
from tests.support.lifecycles import covered
from trader.lifecycle.order import Order
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.lifecycle.unprotected import ALARM_AFTER
from trader.orders.following import follow
from trader.orders.observation import Observer


def working_stops(desk: Desk, plan: str) -> int:
    return sum(order["status"] == "open" for order in desk.accepted(plan, Leg.STOP))


@pytest.mark.parametrize("fault", [loses_the_reply, drops_the_request])
def test_another_stop_is_placed_at_once_and_what_is_too_much_is_withdrawn(
    desk: Desk, fault: object
) -> None:
    """While the venue hides the first from every question."""
    plan = desk.place()
    desk.venue.hidden_orders = True
    desk.venue.order_faults = [fault, drops_the_request]  # type: ignore[list-item]
    desk.track(plan)
    assert desk.states(plan, Leg.STOP)[1] is OrderState.OPEN
    assert "position_unprotected" not in desk.events(plan)

    desk.venue.hidden_orders = False
    desk.clock.advance(timedelta(seconds=30))
    for _ in range(3):
        desk.track(plan)
    assert working_stops(desk, plan) == 1
    assert covered(desk.load(plan), Leg.STOP) == SIZE


@pytest.mark.parametrize("fault", [loses_the_reply, drops_the_request])
def test_a_stop_in_doubt_that_another_has_replaced_is_not_brought_to_the_venue(
    desk: Desk, fault: object
) -> None:
    """It is fenced instead of sent again: two stops would take twice when they trade."""
    plan = desk.place(take_profit=None)
    desk.venue.order_faults = [fault, drops_the_request]  # type: ignore[list-item]
    desk.venue.hidden_orders = True
    desk.track(plan)
    desk.venue.hidden_orders = False
    for _ in range(2):
        desk.track(plan)
    first = OrderState.CANCELLED if fault is loses_the_reply else OrderState.NEVER_LANDED
    assert desk.states(plan, Leg.STOP) == [first, OrderState.OPEN]
    assert len(desk.accepted(plan, Leg.STOP)) == (2 if fault is loses_the_reply else 1)


def test_of_several_stops_in_doubt_one_is_brought_to_the_venue(desk: Desk) -> None:
    plan = desk.place(take_profit=None)
    desk.venue.order_faults = [drops_the_request] * 20
    desk.track(plan)
    assert desk.states(plan, Leg.STOP) == [OrderState.UNKNOWN] * 3

    desk.venue.order_faults = []
    desk.track(plan)
    assert len(desk.accepted(plan, Leg.STOP)) == working_stops(desk, plan) == 1
    assert desk.states(plan, Leg.STOP).count(OrderState.NEVER_LANDED) == 2


@pytest.mark.parametrize("leg", [Leg.STOP, Leg.EXIT])
def test_an_exit_in_doubt_of_a_position_that_is_closed_takes_nothing_from_another_plan(
    desk: Desk, leg: Leg
) -> None:
    other = desk.protect(stop_loss=Decimal(40_000), take_profit=Decimal(90_000))
    plan = desk.protect()
    if leg is Leg.EXIT:
        desk.cancel(plan, close=True)
        desk.venue.order_faults = [drops_the_request, drops_the_request]
    else:
        withdraw(desk, desk.load(plan).orders_of(Leg.STOP)[0])
        desk.venue.order_faults = [drops_the_request] * 20
    desk.track(plan)
    assert OrderState.UNKNOWN in desk.states(plan, leg)

    desk.venue.order_faults = []
    desk.exchange.set_mid("BTC", "63100")
    book_what_traded(desk, plan)
    assert desk.load(plan).position.size == 0
    for _ in range(3):
        desk.track(plan)
    assert desk.load(plan).stage is Stage.ANALYZE
    assert desk.held() == desk.load(other).position.size == SIZE
    assert OrderState.FILLED not in desk.states(plan, leg)


def withdraw(desk: Desk, order: Order) -> None:
    """The order is cancelled behind the Trader's back."""
    now = desk.clock()
    venue = desk.connect()
    action = venue.compose_cancel([("BTC", order.cloid)])
    venue.send_cancel(action, venue.admit(action, now), now + EXPIRY)


def book_what_traded(desk: Desk, plan: str) -> None:
    """Another worker looks, and dies before it does anything."""
    lifecycle, now = desk.load(plan), desk.clock()
    facts = Observer(desk.connect()).look(lifecycle, now)
    desk.journal.append(lifecycle, follow(lifecycle, facts, now), now)


def test_so_many_are_placed_while_every_answer_is_lost_and_no_more(desk: Desk) -> None:
    plan = desk.place()
    desk.venue.hidden_orders = True
    desk.venue.order_faults = [drops_the_request] * 40
    desk.track(plan)
    desk.track(plan)
    assert desk.states(plan, Leg.STOP) == [OrderState.UNKNOWN] * 3


def test_two_stops_that_trade_together_take_nothing_from_another_plan_in_the_end(
    desk: Desk,
) -> None:
    other, plan = desk.protect(stop_loss=None), desk.place(take_profit=None)
    desk.venue.hidden_orders = True
    desk.venue.order_faults = [loses_the_reply]
    desk.track(plan)
    assert working_stops(desk, plan) == 2

    desk.exchange.set_mid("BTC", "56900")
    desk.venue.hidden_orders = False
    for _ in range(4):
        desk.track(plan)
        desk.track(other)
    assert desk.load(plan).stage is Stage.ANALYZE
    assert desk.load(plan).position.size == 0
    assert desk.load(other).position.size == desk.held() == SIZE


def test_a_position_that_lacked_its_stop_for_too_long_is_told_of_once(desk: Desk) -> None:
    plan = desk.place()
    desk.clock.advance(ALARM_AFTER + timedelta(seconds=1))
    for _ in range(3):
        desk.track(plan)
    assert desk.events(plan).count("position_unprotected") == 1
    assert working_stops(desk, plan) == 1


def test_a_position_that_gets_its_stop_at_once_is_no_alarm(desk: Desk) -> None:
    plan = desk.protect()
    desk.clock.advance(timedelta(minutes=1))
    desk.track(plan)
    assert "position_unprotected" not in desk.events(plan)
