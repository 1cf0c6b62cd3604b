"""What of the account's position can be one plan's, on a real exchange."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import SIZE, Desk
from tests.orders.faults import drops_the_request
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.sender import CancellationUnheard
from trader.venues.instrument import Side

FAR = {"stop_loss": Decimal(40_000), "take_profit": Decimal(90_000)}


def overtraded(desk: Desk) -> str:
    """A plan whose market exit and whose stop have both traded; the journal knows of neither."""
    plan = desk.protect(max_hold=timedelta(seconds=30))
    desk.clock.advance(timedelta(seconds=31))
    desk.venue.cancel_faults = [drops_the_request]
    with pytest.raises(CancellationUnheard):
        desk.track(plan)
    desk.exchange.set_mid("BTC", "56900")
    return plan


def test_a_position_that_another_plan_took_is_not_gone(desk: Desk) -> None:
    """The account is flat, and the venue has ended the exits of the plan that still holds."""
    other = desk.protect(**FAR)
    culprit = overtraded(desk)
    assert desk.held() == 0

    assert desk.track(other) is Stage.TRACK
    assert OrderState.CANCELLED in desk.states(other, Leg.STOP)
    while desk.track(culprit) is not Stage.ANALYZE:
        assert len(desk.load(culprit).orders_of(Leg.EXIT)) <= 2
    assert desk.load(culprit).position.size == 0
    assert desk.held() == SIZE


def test_what_was_given_back_is_protected_again(desk: Desk) -> None:
    other = desk.protect(**FAR)
    culprit = overtraded(desk)
    desk.track(other)
    while desk.track(culprit) is not Stage.ANALYZE:
        pass

    assert desk.track(other) is Stage.TRACK
    assert [order["coin"] for order in desk.working()] == ["BTC", "BTC"]
    assert desk.load(other).exit_reason is None


def test_a_position_that_other_hands_closed_is_gone_for_every_plan(desk: Desk) -> None:
    plans = [desk.protect(**FAR), desk.protect(**FAR)]
    desk.trade_by_hand(Side.SELL, 2 * SIZE, reduce_only=True)

    assert [desk.track(plan) for plan in plans] == [Stage.ANALYZE, Stage.ANALYZE]
    assert {desk.load(plan).outcome for plan in plans} == {Outcome.CLOSED_EXTERNALLY}


def test_a_position_that_other_hands_closed_in_part_is_nobodys_loss_yet(desk: Desk) -> None:
    plans = [desk.protect(**FAR), desk.protect(**FAR)]
    desk.trade_by_hand(Side.SELL, SIZE, reduce_only=True)

    assert [desk.track(plan) for plan in plans] == [Stage.TRACK, Stage.TRACK]
