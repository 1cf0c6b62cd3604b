"""The venue held against the journal: what is a difference, and what is not."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.orders.builders import alarmed
from tests.reconciliation.builders import ACCOUNT, NOW, OTHER_CLOID, a_fill
from tests.support.lifecycles import SECOND, LifecycleBuilder, a_plan
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.reconciliation.account import AccountState, key_of
from trader.reconciliation.compare import Differences, VenueSnapshot, compare
from trader.reconciliation.events import (
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.reconciliation.recorded import recorded_trades
from trader.venues.instrument import Instrument
from trader.venues.orders import AnswerKind, OrderReport, VenueOrderState, VenuePosition

BTC = Instrument(symbol="BTC", asset=0, size_decimals=5, price_decimals=1, max_leverage=40)


def differences(
    tracked: Sequence[Lifecycle],
    snapshot: VenueSnapshot,
    account: AccountState = ACCOUNT,
    booked: frozenset[str] = frozenset(),
) -> Differences:
    recorded = recorded_trades(tracked, account, booked)
    return compare(tracked, recorded, account, snapshot, {"BTC": BTC}, NOW, 6 * SECOND)


def held() -> LifecycleBuilder:
    """A plan that holds 1 BTC under its stop at 29000."""
    builder = LifecycleBuilder(a_plan(stop_loss="29000")).entered()
    return alarmed(builder.intended(Leg.STOP, trigger="29000").answered(AnswerKind.RESTING))


def open_report(lifecycle: Lifecycle, leg: Leg) -> OrderReport:
    order = lifecycle.orders_of(leg)[-1]
    assert order.order_id is not None
    return OrderReport(
        cloid=order.cloid,
        order_id=order.order_id,
        symbol="BTC",
        side=order.request.side,
        state=VenueOrderState.OPEN,
        venue_status="open",
        original_size=order.request.size,
        remaining_size=order.request.size,
        is_trigger=True,
        reported_at=NOW,
    )


def position(size: str) -> VenuePosition:
    return VenuePosition(
        symbol="BTC", size=Decimal(size), entry_price=Decimal(30000), unrealised=Decimal(0)
    )


def snapshot_of(lifecycle: Lifecycle) -> VenueSnapshot:
    """The venue exactly as the journal has it."""
    return VenueSnapshot(
        open_orders=[open_report(lifecycle, Leg.STOP)],
        fills=lifecycle.fills,
        positions=[position("1")],
    )


def test_agreement_is_silent() -> None:
    lifecycle = held().lifecycle
    assert differences([lifecycle], snapshot_of(lifecycle)) == Differences((), ())


def test_an_order_of_other_hands_is_published_once() -> None:
    lifecycle = held().lifecycle
    stranger = open_report(lifecycle, Leg.STOP).model_copy(
        update={"cloid": OTHER_CLOID, "order_id": 77}
    )
    agreed = snapshot_of(lifecycle)
    snapshot = replace(agreed, open_orders=[*agreed.open_orders, stranger])
    found = differences([lifecycle], snapshot)
    assert [type(event) for event in found.events] == [ExternalOrderFound]
    known = replace(ACCOUNT, order_ids=frozenset({77}))
    assert differences([lifecycle], snapshot, known) == Differences((), ())


@pytest.mark.parametrize(
    ("liquidation", "kind"), [(False, ExternalFillFound), (True, LiquidationFound)]
)
def test_a_trade_of_other_hands_is_published_once(liquidation: bool, kind: type) -> None:
    fill = a_fill(None, liquidation=liquidation)
    snapshot = VenueSnapshot(open_orders=[], fills=[fill], positions=[])
    assert [type(event) for event in differences([], snapshot).events] == [kind]
    known = replace(ACCOUNT, fill_keys=frozenset({key_of(fill)}))
    assert differences([], snapshot, known).events == ()


def test_a_trade_of_a_finished_plan_is_known() -> None:
    snapshot = VenueSnapshot(open_orders=[], fills=[a_fill(OTHER_CLOID)], positions=[])
    assert differences([], snapshot, booked=frozenset({"999"})).events == ()


def test_a_missed_fill_has_its_plan_tracked() -> None:
    lifecycle = held().lifecycle
    missed = a_fill(lifecycle.orders_of(Leg.STOP)[0].cloid)
    snapshot = VenueSnapshot(open_orders=[], fills=[*lifecycle.fills, missed], positions=[])
    assert differences([lifecycle], snapshot) == Differences((), (lifecycle.lifecycle_id,))


def test_a_position_without_protection_has_its_plan_tracked() -> None:
    lifecycle = LifecycleBuilder(a_plan(stop_loss="29000")).entered().lifecycle
    snapshot = VenueSnapshot(open_orders=[], fills=lifecycle.fills, positions=[position("1")])
    assert differences([lifecycle], snapshot).to_track == (lifecycle.lifecycle_id,)


def test_orders_in_doubt_are_tracked_first_and_then_positions() -> None:
    plan = a_plan(stop_loss="29000")
    resting = LifecycleBuilder(plan, "a").accepted().triggered().intended().answered().lifecycle
    naked = LifecycleBuilder(plan, "b").entered().lifecycle
    doubtful = LifecycleBuilder(plan, "c").accepted().triggered().intended().lifecycle
    nothing = VenueSnapshot(open_orders=[], fills=[], positions=[])
    found = differences([resting, naked, doubtful], nothing)
    assert found.to_track == ("c", "b", "a")


def test_a_liquidation_has_the_plans_of_its_symbol_tracked() -> None:
    lifecycle = held().lifecycle
    agreed = snapshot_of(lifecycle)
    snapshot = replace(agreed, fills=[*agreed.fills, a_fill(None, liquidation=True)])
    assert differences([lifecycle], snapshot).to_track == (lifecycle.lifecycle_id,)


def test_another_net_position_is_published_when_it_changes() -> None:
    lifecycle = held().lifecycle
    snapshot = replace(snapshot_of(lifecycle), positions=[position("1.5")])
    (event,) = differences([lifecycle], snapshot).events
    assert isinstance(event, PositionDiffers)
    assert (event.at_venue, event.in_journal, event.status) == (
        Decimal("1.5"),
        Decimal(1),
        "differs",
    )
    known = replace(ACCOUNT, differences={"BTC": Decimal("0.5")})
    assert differences([lifecycle], snapshot, known).events == ()
    (gone,) = differences([lifecycle], snapshot_of(lifecycle), known).events
    assert gone.status == "agrees"


def test_a_position_on_the_move_is_not_compared() -> None:
    lifecycle = LifecycleBuilder().accepted().triggered().intended().lifecycle
    snapshot = VenueSnapshot(open_orders=[], fills=[], positions=[position("1")])
    assert differences([lifecycle], snapshot).events == ()
