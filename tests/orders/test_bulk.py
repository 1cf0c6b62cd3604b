"""Plans that were triggered together: their entries go out as one action, each on its own feet."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import DEAD, LIMITS, SIZE, Desk
from tests.orders.faults import (
    Fault,
    Killed,
    drops_the_request,
    kills_after,
    loses_the_reply,
    meanwhile,
    no_fault,
)
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.entries import Entries
from trader.orders.sender import Placement
from trader.plans.plan import Direction, LimitEntry
from trader.strands.store import SequenceConflict
from trader.venues.orders import OrderAnswer
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import BatchRefused, DuplicateNonce, VenueUnavailable

THREE = range(3)


def triggered(desk: Desk, **changes: object) -> list[str]:
    """Three plans that wait to be placed."""
    return [desk.trigger(**changes) for _ in THREE]


def placements(desk: Desk, plans: list[str]) -> list[Placement]:
    """Their entries as they are decided now."""
    entries: Entries = desk.worker().entries
    return entries.decide_together([desk.load(plan) for plan in plans]).placements


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


def refuses_the_whole(_: object) -> tuple[OrderAnswer, ...]:
    """One of the orders is wrong in itself, the venue does not say which."""
    raise BatchRefused("Order has invalid price.")


def test_a_plan_that_is_cancelled_while_the_whole_is_refused_is_not_sent_again(desk: Desk) -> None:
    stays, goes = desk.trigger(), desk.trigger()
    desk.venue.order_faults = [meanwhile(lambda: desk.cancel(goes), refuses_the_whole)]
    stages = desk.worker().place_orders_when_ready([stays, goes])
    assert stages == {stays: Stage.TRACK, goes: Stage.ANALYZE}
    assert desk.load(goes).outcome is Outcome.CANCELLED
    assert desk.accepted(goes, Leg.ENTRY) == []
    assert len(desk.accepted(stays, Leg.ENTRY)) == 1


def test_a_plan_that_ended_while_its_sender_stood_still_is_not_sent_again(desk: Desk) -> None:
    plans = [desk.trigger(), desk.trigger()]
    other = desk.connect()

    def ends_it() -> None:
        desk.cancel(plans[1])
        desk.clock.advance(DEAD)
        desk.track(plans[1], other)
        assert desk.load(plans[1]).stage is Stage.ANALYZE

    desk.venue.order_faults = [meanwhile(ends_it, refuses_the_whole)]
    desk.worker().place_orders_when_ready(plans)
    assert desk.accepted(plans[1], Leg.ENTRY) == []
    assert desk.load(plans[1]).outcome is Outcome.CANCELLED
    assert desk.load(plans[1]).stage is Stage.ANALYZE


@pytest.mark.parametrize(
    ("valid_for", "passes", "is_late"), [(60.0, 1.0, False), (1.5, 1.9, True), (8.0, 12.0, True)]
)
def test_a_plan_whose_time_ends_while_the_whole_is_refused_is_not_sent_again(
    desk: Desk, valid_for: float, passes: float, is_late: bool
) -> None:
    """Also where so much time passes that only the next look can prove the refused ones dead."""
    until = desk.clock() + timedelta(seconds=valid_for)
    plans = [desk.trigger(valid_until=until), desk.trigger(valid_until=until)]
    passing = timedelta(seconds=passes)
    desk.venue.order_faults = [meanwhile(lambda: desk.clock.advance(passing), refuses_the_whole)]
    desk.worker().place_orders_when_ready(plans)
    for plan in plans:
        desk.track(plan)
        if is_late:
            desk.clock.advance(DEAD)
            desk.track(plan)
        assert len(desk.accepted(plan, Leg.ENTRY)) == (0 if is_late else 1)
        assert (desk.load(plan).outcome is Outcome.EXPIRED) is is_late


def test_an_operators_halt_holds_back_what_was_refused_with_others(desk: Desk) -> None:
    """The controls are asked again: what they say may have changed since the first time."""
    plans = triggered(desk)
    worker = desk.worker()
    entries = worker.entries

    def halts() -> None:
        object.__setattr__(entries, "limits", LIMITS.model_copy(update={"is_halted": True}))

    desk.venue.order_faults = [meanwhile(halts, refuses_the_whole)]
    worker.place_orders_when_ready(plans)
    assert desk.orders() == []
    for plan in plans:
        assert desk.events(plan)[-2:] == ["entry_set_apart", "entry_denied"]


def test_a_worker_that_dies_before_the_second_decision_leaves_it_to_others(desk: Desk) -> None:
    plans = triggered(desk)
    worker = desk.worker()
    desk.venue.order_faults = [refuses_the_whole]
    desk.sender().place_together(placements(desk, plans))
    for plan in plans:
        assert desk.track(plan) is Stage.PLACE
        assert worker.place_order_when_ready(plan) is Stage.TRACK
        assert len(desk.accepted(plan, Leg.ENTRY)) == 1


@pytest.mark.parametrize("wrong", [0, 1])
def test_an_order_that_is_wrong_in_itself_ends_its_own_plan_only(desk: Desk, wrong: int) -> None:
    plans = [desk.trigger(), desk.trigger()]
    faults: list[Fault[OrderAnswer]] = [no_fault, no_fault]
    faults[wrong] = refuses_the_whole
    desk.venue.order_faults = [refuses_the_whole, *faults]
    desk.worker().place_orders_when_ready(plans)
    for plan in plans:
        desk.track(plan)
    assert desk.load(plans[wrong]).outcome is Outcome.REJECTED
    assert desk.load(plans[1 - wrong]).position.size == SIZE


def test_a_symbol_without_a_mid_keeps_no_other_plan_from_its_order(desk: Desk) -> None:
    desk.exchange.set_mid("ETH", "3000")
    plans = [desk.trigger(), desk.trigger(symbol="ETH"), desk.trigger()]
    desk.venue.silent_symbols = {"ETH"}
    stages = desk.worker().place_orders_when_ready(plans)
    assert list(stages.values()) == [Stage.TRACK, Stage.PLACE, Stage.TRACK]
    assert len(entries_on_the_ledger(desk, plans)) == 2


def test_what_fails_for_one_symbol_is_not_asked_for_others(desk: Desk) -> None:
    plans = triggered(desk)
    asked: list[None] = []

    def fails() -> None:
        asked.append(None)
        raise VenueUnavailable("connection refused")

    desk.venue.before_quote = fails
    stages = desk.worker().place_orders_when_ready(plans)
    assert set(stages.values()) == {Stage.PLACE}
    assert len(asked) == 1


@pytest.mark.parametrize("names", ["nobody", "somebody else"])
def test_a_conflict_that_names_none_of_them_lets_each_go_on_its_own(desk: Desk, names: str) -> None:
    class VagueJournal(Journal):
        def append_all(self, *_: object) -> list[Lifecycle]:
            named = None if names == "nobody" else "another plan"
            raise SequenceConflict("something moved on", named)

    plans = triggered(desk)
    decided = placements(desk, plans)
    desk.cancel(plans[1])
    sender = replace(desk.sender(), journal=VagueJournal(desk.store))
    placed = sender.place_together(decided)
    assert [lifecycle.lifecycle_id for lifecycle in placed] == [plans[0], plans[2]]
    assert len(entries_on_the_ledger(desk, plans)) == 2


def test_a_plan_that_moved_on_before_its_refusal_is_written_stops_no_other(desk: Desk) -> None:
    plans = [desk.trigger(), desk.trigger(stop_loss=Decimal(61_000)), desk.trigger()]
    desk.venue.before_quote = lambda: desk.cancel(plans[1])
    stages = desk.worker().place_orders_when_ready(plans)
    assert list(stages.values()) == [Stage.TRACK, Stage.PLACE, Stage.TRACK]
    assert desk.load(plans[1]).cancel is not None


def test_why_the_whole_was_refused_stays_with_each_of_its_orders(desk: Desk) -> None:
    """Also where it is only heard when the doubt is resolved."""

    def refuses_the_whole(_: object) -> tuple[OrderAnswer, ...]:
        raise BatchRefused("Trading is halted.", RefusalCause.TRADING_HALTED)

    heard, unheard = triggered(desk), triggered(desk)
    desk.venue.order_faults = [refuses_the_whole]
    desk.worker().place_orders_when_ready(heard)
    desk.venue.order_faults = [drops_the_request, refuses_the_whole]
    desk.worker().place_orders_when_ready(unheard)
    desk.track(unheard[0])
    for plan in (*heard, unheard[0]):
        first = desk.load(plan).orders_of(Leg.ENTRY)[0]
        assert first.state is OrderState.NEVER_LANDED
        assert first.cause is RefusalCause.TRADING_HALTED


def test_two_sides_of_one_symbol_are_not_taken_in_one_action(desk: Desk) -> None:
    long = desk.trigger()
    short = desk.trigger(
        direction=Direction.SHORT, stop_loss=Decimal(63_000), take_profit=Decimal(57_000)
    )
    stages = desk.worker().place_orders_when_ready([long, short])
    assert stages == {long: Stage.TRACK, short: Stage.DONE}
    assert desk.load(short).outcome is Outcome.DENIED
