"""Plans that were triggered together: their entries go out as one action, each on its own feet."""

from decimal import Decimal

import pytest

from tests.orders.desk import SIZE, Desk
from tests.orders.faults import Killed, drops_the_request, kills_after, loses_the_reply
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.entries import Entries
from trader.orders.sender import Placement
from trader.plans.plan import Direction, LimitEntry
from trader.venues.orders import OrderAnswer
from trader.venues.venue import BatchRefused, DuplicateNonce

THREE = range(3)


def triggered(desk: Desk, **changes: object) -> list[str]:
    """Three plans that wait to be placed."""
    return [desk.trigger(**changes) for _ in THREE]


def placements(desk: Desk, plans: list[str]) -> list[Placement]:
    """Their entries as they are decided now."""
    entries: Entries = desk.worker().entries
    return entries.decide([desk.load(plan) for plan in plans]).placements


def entries_on_the_ledger(desk: Desk, plans: list[str]) -> list[dict[str, object]]:
    return [order for plan in plans for order in desk.accepted(plan, Leg.ENTRY)]


def test_one_action_carries_them_all(desk: Desk) -> None:
    plans = triggered(desk)
    stages = desk.worker().place_orders_when_ready(plans)
    assert stages == dict.fromkeys(plans, Stage.TRACK)
    ledger = entries_on_the_ledger(desk, plans)
    assert len(ledger) == 3
    assert len({order["nonce"] for order in ledger}) == 1
    assert len({order["cloid"] for order in ledger}) == 3
    for plan in plans:
        desk.track(plan)
        assert desk.load(plan).position.size == SIZE
    assert desk.held() == 3 * SIZE


def test_post_only_orders_go_apart(desk: Desk) -> None:
    resting = triggered(desk, order=LimitEntry(price=Decimal(58_000), post_only=True))
    taking = triggered(desk)
    desk.worker().place_orders_when_ready([*resting, *taking])
    nonces = [
        {order["nonce"] for order in entries_on_the_ledger(desk, plans)}
        for plans in (resting, taking)
    ]
    assert [len(group) for group in nonces] == [1, 1]
    assert nonces[0] != nonces[1]


def test_a_plan_that_somebody_else_moved_on_is_left_out(desk: Desk) -> None:
    plans = triggered(desk)
    decided = placements(desk, plans)
    desk.cancel(plans[1])
    placed = desk.sender().place_together(decided)
    assert {lifecycle.lifecycle_id for lifecycle in placed} == {plans[0], plans[2]}
    assert desk.accepted(plans[1], Leg.ENTRY) == []
    assert len(entries_on_the_ledger(desk, plans)) == 2


@pytest.mark.parametrize("fault", [loses_the_reply, drops_the_request, kills_after])
def test_each_plan_resolves_its_own_part_of_a_lost_action(desk: Desk, fault: object) -> None:
    plans = triggered(desk)
    desk.venue.order_faults = [fault]  # type: ignore[list-item]
    if fault is kills_after:
        with pytest.raises(Killed):
            desk.worker().place_orders_when_ready(plans)
        desk.wait_out_the_grace()
    else:
        desk.worker().place_orders_when_ready(plans)
    for plan in plans:
        desk.track(plan)
    assert len(entries_on_the_ledger(desk, plans)) == 3
    for plan in plans:
        assert desk.has_one_order_a_leg(plan)
        assert desk.load(plan).position.size == SIZE
    assert desk.held() == 3 * SIZE


def test_when_one_order_has_the_whole_refused_each_is_sent_on_its_own(desk: Desk) -> None:
    def refuses_the_whole(_: object) -> tuple[OrderAnswer, ...]:
        raise BatchRefused("Order has invalid price.")

    plans = triggered(desk)
    desk.venue.order_faults = [refuses_the_whole]
    desk.worker().place_orders_when_ready(plans)
    ledger = entries_on_the_ledger(desk, plans)
    assert len(ledger) == 3
    assert len({order["nonce"] for order in ledger}) == 3
    for plan in plans:
        assert desk.states(plan, Leg.ENTRY)[0] is OrderState.NEVER_LANDED
        first = next(iter(desk.load(plan).intents.values()))
        with pytest.raises(DuplicateNonce):
            desk.venue.send_orders(first.action, first.nonce, first.expires_after)
        desk.track(plan)
        assert desk.load(plan).position.size == SIZE


def test_two_sides_of_one_symbol_are_not_taken_in_one_action(desk: Desk) -> None:
    long = desk.trigger()
    short = desk.trigger(
        direction=Direction.SHORT, stop_loss=Decimal(63_000), take_profit=Decimal(57_000)
    )
    stages = desk.worker().place_orders_when_ready([long, short])
    assert stages == {long: Stage.TRACK, short: Stage.DONE}
    assert desk.load(short).outcome is Outcome.DENIED
