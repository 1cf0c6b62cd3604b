"""What of the account's position can be one plan's, on a real exchange."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.builders import entered
from tests.orders.desk import SIZE, Desk
from tests.orders.faults import drops_the_request
from tests.support.counted_store import CountedStore
from tests.support.damage import damage_to
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle import paging
from trader.lifecycle.journal import Journal, UnreadableLifecycle
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.holdings import Holdings
from trader.orders.sender import CancellationUnheard
from trader.strands.store import NEW, Append
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


def write_tracked(desk: Desk, number: int, symbol: str) -> None:
    """Plans that hold 1 of the symbol each, as far as the journal knows."""
    names = [f"{symbol}-{count}" for count in range(number)]
    built = [LifecycleBuilder(a_plan(plan_id=n, symbol=symbol), n).entered() for n in names]
    desk.store.append(
        *[Append(b.lifecycle_id, NEW, b.strands, project(b.lifecycle)) for b in built]
    )


def look_for_others(desk: Desk) -> tuple[Decimal, Mapping[str, int]]:
    """What of a flat account can be a plan's that holds 1 BTC, and the round trips to know it."""
    counted = CountedStore(desk.store)
    holdings = Holdings(counted, Journal(counted), desk.venue, desk.clock)
    return holdings.look(entered().lifecycle).net_size, counted.calls


@pytest.mark.parametrize("number", [0, 1_000])
def test_plans_of_other_symbols_cost_nothing(desk: Desk, number: int) -> None:
    write_tracked(desk, number, "ETH")
    assert look_for_others(desk) == (0, {"lifecycles": 1})


@pytest.mark.parametrize("number", [1, 50])
def test_those_of_the_same_symbol_are_read_together(desk: Desk, number: int) -> None:
    write_tracked(desk, number, "BTC")
    assert look_for_others(desk) == (0, {"lifecycles": 2, "load_many": 1})


def test_round_trips_grow_with_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 20)
    write_tracked(desk, 50, "BTC")
    assert look_for_others(desk) == (0, {"lifecycles": 4, "load_many": 3})


def test_what_a_plan_holds_that_cannot_be_read_is_not_nothing(desk: Desk) -> None:
    """The plan that asks is not taken for closed until the other can be read."""
    plan, other = desk.protect(**FAR), desk.protect(**FAR)
    desk.trade_by_hand(Side.SELL, 2 * SIZE, reduce_only=True)
    with damage_to(desk.store) as damage:
        damage(other, 2, "seq = 100")
        with pytest.raises(UnreadableLifecycle, match=f"'{other}' is needed"):
            desk.track(plan)
        assert (desk.load(plan).stage, desk.load(plan).position.size) == (Stage.TRACK, SIZE)

        damage(other, 100, "seq = 2")
        assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CLOSED_EXTERNALLY
