"""Stops whose answers are lost, on a real exchange: there may be two for a moment, never none."""

from datetime import timedelta

import pytest

from tests.orders.desk import SIZE, Desk
from tests.orders.faults import drops_the_request, loses_the_reply
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.lifecycle.unprotected import ALARM_AFTER


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
    assert desk.load(plan).covered(Leg.STOP) == SIZE


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
