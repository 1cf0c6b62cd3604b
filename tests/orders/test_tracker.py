"""Positions on a real exchange: covered at every moment, and left when they shall be."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import SIZE, Desk
from tests.orders.faults import (
    drops_the_request,
    loses_the_reply,
    meanwhile,
)
from tests.support.lifecycles import covered
from trader.lifecycle.stage import ExitReason, Leg, OrderState, Outcome, Stage
from trader.plans.plan import LimitEntry, Quantity
from trader.venues.instrument import Side

RESTING = {"order": LimitEntry(price=Decimal(59_000))}


def test_a_plan_from_its_trigger_to_its_end(desk: Desk) -> None:
    plan = desk.protect()
    assert desk.has_one_order_a_leg(plan)
    assert desk.held() == SIZE

    desk.exchange.set_mid("BTC", "63100")
    assert desk.track(plan) is Stage.ANALYZE
    lifecycle = desk.load(plan)
    assert lifecycle.outcome is Outcome.CLOSED
    assert (lifecycle.position.size, desk.held(), desk.working()) == (0, 0, [])
    assert lifecycle.position.realised > 0
    assert desk.events(plan) == [
        "plan_accepted", "entry_triggered",
        "orders_intended", "orders_answered", "order_filled", "position_changed",
        "orders_intended", "orders_answered",
        "order_reported", "order_reported", "order_filled", "position_changed",
        "execution_finished",
    ]  # fmt: skip


def test_protection_whose_reply_is_lost_stands_once(desk: Desk) -> None:
    plan = desk.place()
    desk.venue.order_faults = [loses_the_reply]
    desk.track(plan)

    assert desk.has_one_order_a_leg(plan)
    assert desk.states(plan, Leg.STOP) == desk.states(plan, Leg.TARGET) == [OrderState.OPEN]


def test_protection_that_was_dropped_is_brought_there_in_the_same_call(desk: Desk) -> None:
    plan = desk.place()
    desk.venue.order_faults = [drops_the_request]
    desk.track(plan)

    assert desk.has_one_order_a_leg(plan)
    assert len(desk.working()) == 2


def test_a_resting_entry_is_withdrawn_at_the_plans_end(desk: Desk) -> None:
    plan = desk.place(valid_until=desk.clock() + timedelta(seconds=8), **RESTING)
    assert desk.track(plan) is Stage.TRACK

    desk.clock.advance(timedelta(seconds=8))
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.EXPIRED
    assert desk.working() == []


def test_a_cancel_that_comes_too_late_leaves_a_protected_position(desk: Desk) -> None:
    plan = desk.place(**RESTING)
    desk.cancel(plan)
    desk.venue.cancel_faults = [meanwhile(lambda: desk.exchange.set_mid("BTC", "58900"))]
    desk.track(plan)

    assert desk.events(plan).count("cancel_sent") == 1
    assert desk.held() == SIZE
    assert desk.has_one_order_a_leg(plan)


def test_a_cancel_that_the_venue_does_not_take_is_tried_once_a_call(desk: Desk) -> None:
    plan = desk.place(**RESTING)
    desk.cancel(plan)
    desk.venue.cancel_faults = [lambda _: ("busy",)] * 12
    assert desk.track(plan) is Stage.TRACK
    assert desk.events(plan).count("cancel_sent") == 1

    desk.venue.cancel_faults = []
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.working() == []


@pytest.mark.parametrize("fault", [loses_the_reply, drops_the_request])
def test_a_cancel_in_doubt_is_asked_again(desk: Desk, fault: object) -> None:
    plan = desk.place(**RESTING)
    desk.cancel(plan)
    desk.venue.cancel_faults = [fault]  # type: ignore[list-item]
    with pytest.raises(Exception, match="read timed out"):
        desk.track(plan)

    assert desk.track(plan) is Stage.ANALYZE
    assert [order["status"] for order in desk.orders()] == ["canceled"]


def test_a_stop_that_trades_ends_the_target(desk: Desk) -> None:
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "56900")

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.states(plan, Leg.STOP) == [OrderState.FILLED]
    assert desk.states(plan, Leg.TARGET) == [OrderState.CANCELLED]
    assert (desk.held(), desk.working()) == (0, [])


def test_a_stop_that_trades_ends_the_target_although_another_plan_holds_the_symbol(
    desk: Desk,
) -> None:
    """The account is not flat, so the venue itself leaves the target where it is."""
    other = desk.protect(stop_loss=Decimal(40_000))
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "56900")

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.states(plan, Leg.TARGET) == [OrderState.CANCELLED]
    assert desk.held() == SIZE
    assert len(desk.working()) == 2
    assert desk.track(other) is Stage.TRACK


def test_an_entry_that_fills_bit_by_bit_is_always_covered(desk: Desk) -> None:
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", "0.004"]])
    plan = desk.place(order=LimitEntry(price=Decimal(60_000)))
    for total, more in (("0.004", "0.003"), ("0.007", "0.003"), ("0.01", "0")):
        desk.track(plan)
        assert desk.load(plan).position.size == desk.held() == Decimal(total)
        for leg in (Leg.STOP, Leg.TARGET):
            assert covered(desk.load(plan), leg) == Decimal(total)
        if more != "0":
            desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", more]])

    desk.exchange.set_mid("BTC", "56000")
    assert desk.track(plan) is Stage.ANALYZE
    assert (desk.held(), desk.working()) == (0, [])
    assert len(desk.accepted(plan, Leg.STOP)) == 3


def test_a_last_bit_below_the_minimum_is_covered_without_a_gap(desk: Desk) -> None:
    """0.0001 BTC is six dollars: no stop of its own. The old stop goes only after the new."""
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", "0.0099"]])
    plan = desk.place(order=LimitEntry(price=Decimal(60_000)))
    desk.track(plan)
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", "0.0001"]])
    desk.track(plan)

    assert desk.held() == SIZE
    for leg in (Leg.STOP, Leg.TARGET):
        assert covered(desk.load(plan), leg) == SIZE
        assert [o["status"] for o in desk.accepted(plan, leg)] == ["canceled", "open"]
    names = desk.events(plan)
    assert names.index("cancel_sent") > len(names) - 1 - names[::-1].index("orders_intended")


def test_a_price_that_jumps_beyond_the_stop_before_it_stands_closes_the_position(
    desk: Desk,
) -> None:
    plan = desk.place()
    desk.exchange.set_mid("BTC", "56000")

    assert desk.track(plan) is Stage.ANALYZE
    lifecycle = desk.load(plan)
    assert lifecycle.exit_reason is ExitReason.UNPROTECTED
    assert lifecycle.outcome is Outcome.CLOSED
    assert (desk.held(), desk.working()) == (0, [])
    assert len(lifecycle.orders_of(Leg.STOP)) == 1


def test_a_price_that_jumps_beyond_the_target_before_it_stands_takes_the_profit(
    desk: Desk,
) -> None:
    plan = desk.place()
    desk.exchange.set_mid("BTC", "64000")

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).position.realised > 0
    assert (desk.held(), desk.working()) == (0, [])


def test_a_thin_book_is_left_bit_by_bit_under_the_stop(desk: Desk) -> None:
    plan = desk.protect()
    desk.cancel(plan, close=True)
    desk.exchange.set_depth("BTC", [["59900", "0.004"]], [["60100", "1"]])
    assert desk.track(plan) is Stage.TRACK
    assert desk.held() == Decimal("0.006")
    assert [order["status"] for order in desk.accepted(plan, Leg.STOP)] == ["open"]

    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60100", "1"]])
    assert desk.track(plan) is Stage.ANALYZE
    assert [Decimal(o["size"]) for o in desk.accepted(plan, Leg.EXIT)] == [SIZE, Decimal("0.006")]
    assert (desk.held(), desk.working()) == (0, [])


def test_an_immediate_entry_that_fills_in_part_is_covered_for_that_part(desk: Desk) -> None:
    desk.exchange.set_depth("BTC", [["59990", "1"]], [["60010", "0.004"]])
    plan = desk.protect()

    assert desk.states(plan, Leg.ENTRY) == [OrderState.CANCELLED]
    assert desk.load(plan).position.size == desk.held() == Decimal("0.004")
    assert covered(desk.load(plan), Leg.STOP) == Decimal("0.004")


def test_fills_that_come_late_are_waited_for(desk: Desk) -> None:
    plan = desk.place()
    desk.venue.hidden_fills = True
    assert desk.track(plan) is Stage.TRACK
    assert desk.accepted(plan, Leg.STOP) == []

    desk.venue.hidden_fills = False
    desk.track(plan)
    assert desk.has_one_order_a_leg(plan)

    desk.exchange.set_depth("BTC", [["57000", "0.004"]], [["60000", "1"]])
    desk.exchange.set_mid("BTC", "56900")
    desk.venue.hidden_fills = True
    assert desk.track(plan) is Stage.TRACK
    desk.venue.hidden_fills = False
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CLOSED
    assert desk.has_one_order_a_leg(plan)


def test_a_stop_that_traded_in_part_is_not_placed_anew_before_its_trades_are_known(
    desk: Desk,
) -> None:
    desk.exchange.deposit(desk.address, "3000000")
    desk.exchange.set_depth("BTC", [["59990", "1"]], [["60000", "30"]])
    plan = desk.protect(size=Quantity(value=Decimal(30)), take_profit=None)
    desk.exchange.set_mid("BTC", "56900")
    left = desk.held()
    assert 0 < left < 30

    desk.venue.hidden_fills = True
    assert desk.track(plan) is Stage.TRACK
    assert desk.states(plan, Leg.STOP) == [OrderState.CANCELLED]
    assert desk.events(plan)[-1] == "order_reported"

    desk.venue.hidden_fills = False
    desk.exchange.set_mid("BTC", "56900")
    assert desk.track(plan) is Stage.TRACK
    assert Decimal(desk.accepted(plan, Leg.EXIT)[0]["size"]) == left
    desk.exchange.set_mid("BTC", "56900")
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CLOSED
    assert (desk.held(), desk.load(plan).position.size) == (0, 0)


def test_a_position_closed_by_other_hands_ends_the_plan_without_a_storm_of_orders(
    desk: Desk,
) -> None:
    plan = desk.protect()
    desk.trade_by_hand(Side.SELL, reduce_only=True)

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CLOSED_EXTERNALLY
    assert desk.has_one_order_a_leg(plan)
    assert desk.working() == []


def test_an_exit_that_finds_no_position_ends_the_plan(desk: Desk) -> None:
    plan = desk.protect(stop_loss=None, take_profit=None)
    desk.trade_by_hand(Side.SELL, reduce_only=True)
    desk.cancel(plan, close=True)

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CLOSED_EXTERNALLY
    assert desk.accepted(plan, Leg.EXIT) == []
    assert len(desk.load(plan).orders_of(Leg.EXIT)) == 1


def test_a_position_that_other_hands_made_smaller_is_left_to_the_end(desk: Desk) -> None:
    """The stop is shrunk by the venue when it fires; what is booked beyond that is not there."""
    plan = desk.protect()
    desk.trade_by_hand(Side.SELL, Decimal("0.004"), reduce_only=True)
    assert desk.track(plan) is Stage.TRACK
    desk.exchange.set_mid("BTC", "56900")
    desk.track(plan)
    desk.clock.advance(timedelta(seconds=6))

    assert desk.track(plan) is Stage.ANALYZE
    lifecycle = desk.load(plan)
    assert lifecycle.outcome is Outcome.CLOSED_EXTERNALLY
    assert lifecycle.position.size == Decimal("0.004")
    assert (desk.held(), desk.working()) == (0, [])


def test_a_position_is_left_when_its_longest_time_is_over(desk: Desk) -> None:
    plan = desk.protect(max_hold=timedelta(seconds=30))
    desk.clock.advance(timedelta(seconds=31))

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).exit_reason is ExitReason.TIME
    assert (desk.held(), desk.working()) == (0, [])


def test_exits_that_trade_together_give_back_what_they_took_from_another_plan(desk: Desk) -> None:
    """Reduce-only is of the account: it does not see that one plan's share is closed already."""
    other = desk.protect(stop_loss=Decimal(40_000), take_profit=Decimal(90_000))
    plan = desk.protect(max_hold=timedelta(seconds=30))
    desk.clock.advance(timedelta(seconds=31))
    desk.venue.before_quote = lambda: desk.exchange.set_mid("BTC", "63100")
    assert desk.track(plan) is Stage.TRACK
    assert desk.load(plan).position.size == -SIZE

    assert desk.track(plan) is Stage.ANALYZE
    lifecycle = desk.load(plan)
    assert [o.request.side for o in lifecycle.orders_of(Leg.EXIT)] == [Side.SELL, Side.BUY]
    assert (lifecycle.outcome, lifecycle.position.size) == (Outcome.CLOSED, 0)
    assert desk.held() == SIZE
    assert desk.track(other) is Stage.TRACK
    assert len(desk.working()) == 2
