"""Reconciliation of a real account at the real exchange, on a real journal and a real Redis."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import Desk
from tests.support.damage import damage_to
from trader.known_streams import stream_of
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.plans.plan import LimitEntry
from trader.reconciliation.cursor import OVERLAP
from trader.reconciliation.reconciler import Reconciler
from trader.streams.rebuild import rebuild
from trader.venues.instrument import Side
from trader.venues.orders import Account, Fill


def test_a_second_run_writes_nothing(desk: Desk, reconciler: Reconciler) -> None:
    desk.protect()
    assert reconciler.reconcile() == ()
    assert desk.account_events() == ["account_opened"]
    assert reconciler.reconcile() == ()
    assert desk.account_events() == ["account_opened"]


def test_the_plans_that_need_it_are_tracked(desk: Desk, reconciler: Reconciler) -> None:
    entered_only, quiet = desk.place(), desk.protect()
    assert reconciler.reconcile() == (entered_only,)
    desk.track(entered_only)
    assert reconciler.reconcile() == ()
    desk.exchange.set_mid("BTC", "56900")
    assert set(reconciler.reconcile()) == {entered_only, quiet}
    for plan in (entered_only, quiet):
        desk.track(plan)
    assert reconciler.reconcile() == ()
    assert desk.account_events() == ["account_opened"]


def test_what_other_hands_do_is_published_once(desk: Desk, reconciler: Reconciler) -> None:
    reconciler.reconcile()
    desk.trade_by_hand(Side.BUY, price=Decimal(50_000))
    desk.trade_by_hand(Side.BUY, Decimal("0.02"))
    reconciler.reconcile()
    found = ["external_order_found", "external_fill_found", "position_differs"]
    assert desk.account_events() == ["account_opened", *found]
    reconciler.reconcile()
    assert desk.account_events() == ["account_opened", *found]


@pytest.mark.parametrize("has_traded", [False, True])
def test_a_plan_that_ends_while_the_venue_is_asked_is_no_stranger(
    desk: Desk, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch, has_traded: bool
) -> None:
    """The venue still told of its order and position; the journal, read later, of neither."""
    plan = desk.protect() if has_traded else desk.place(order=LimitEntry(price=Decimal(59_000)))
    reconciler.reconcile()
    asked = desk.venue.account

    def and_then_it_ends() -> Account:
        monkeypatch.setattr(reconciler.venue, "account", asked)
        answer = asked()
        desk.cancel(plan, close=True)
        assert desk.track(plan) is Stage.ANALYZE
        return answer

    monkeypatch.setattr(reconciler.venue, "account", and_then_it_ends)
    reconciler.reconcile()
    reconciler.reconcile()
    assert desk.account_events() == ["account_opened"]


def test_a_position_closed_by_other_hands_ends_its_plan(desk: Desk, reconciler: Reconciler) -> None:
    plan = desk.protect()
    size = desk.load(plan).position.size
    desk.trade_by_hand(Side.SELL, size)
    assert reconciler.reconcile() == (plan,)
    desk.track(plan)
    lifecycle = desk.load(plan)
    assert (lifecycle.stage, lifecycle.outcome) == (Stage.ANALYZE, Outcome.CLOSED_EXTERNALLY)
    assert lifecycle.working(*Leg) == ()


def trades_of(desk: Desk) -> list[Fill]:
    """All trades of the account, oldest first."""
    return list(desk.venue.fills(desk.clock() - timedelta(hours=1)))


def test_a_plan_that_only_waits_does_not_hold_the_cursor(
    desk: Desk, reconciler: Reconciler
) -> None:
    reconciler.reconcile()
    plan = desk.protect()
    desk.cancel(plan, close=True)
    for _ in range(2):
        desk.trade_by_hand(Side.BUY)
        assert reconciler.reconcile() == (plan,)
        assert reconciler.cursor.read() == trades_of(desk)[-1].traded_at - OVERLAP


def test_a_trade_that_is_not_booked_holds_the_cursor(desk: Desk, reconciler: Reconciler) -> None:
    """One part of an entry is booked, the other is not; strangers trade before and after."""
    reconciler.reconcile()
    desk.trade_by_hand(Side.BUY)
    plan = desk.place(order=LimitEntry(price=Decimal(59_990)))
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["59990", "0.005"]])
    desk.track(plan)
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["59980", "0.005"]])
    desk.trade_by_hand(Side.SELL)
    _, booked, unbooked, _ = trades_of(desk)
    assert desk.load(plan).fills == (booked,)

    for _ in range(2):
        assert reconciler.reconcile() == (plan,)
        assert reconciler.cursor.read() == unbooked.traded_at - OVERLAP
    desk.track(plan)
    reconciler.reconcile()
    assert reconciler.cursor.read() == trades_of(desk)[-1].traded_at - OVERLAP


def test_a_trade_that_the_venue_lists_late_is_found(
    desk: Desk, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconciler.reconcile()
    for _ in range(2):
        desk.trade_by_hand(Side.BUY)
    late, listed = trades_of(desk)
    with monkeypatch.context() as patch:
        patch.setattr(reconciler.venue, "fills", lambda _since: (listed,))
        reconciler.reconcile()
    assert reconciler.cursor.read() == listed.traded_at - OVERLAP
    reconciler.reconcile()
    found = [
        strand.content["fill"]
        for strand in desk.store.load(desk.account_id)
        if "fill" in strand.content
    ]
    assert found == [fill.model_dump(mode="json") for fill in (listed, late)]


def test_a_trade_of_a_plan_that_cannot_be_read_is_booked_once_it_can(
    desk: Desk, reconciler: Reconciler
) -> None:
    """It holds no cursor: the plan's own orders tell from when on its trades are asked for."""
    reconciler.reconcile()
    plan = desk.protect()
    with damage_to(desk.store) as damage:
        damage(plan, 2, "seq = 100")
        desk.exchange.set_mid("BTC", "56900")
        assert reconciler.reconcile() == ()
        reconciler.cursor.advance(trades_of(desk)[-1].traded_at + 2 * OVERLAP)
        damage(plan, 100, "seq = 2")
    assert reconciler.reconcile() == (plan,)
    desk.track(plan)
    lifecycle = desk.load(plan)
    assert (lifecycle.outcome, lifecycle.position.size) == (Outcome.CLOSED, 0)


def test_the_accounts_row_survives_a_rebuild(desk: Desk, reconciler: Reconciler) -> None:
    desk.protect()
    reconciler.reconcile()
    before = desk.store.lifecycles()
    assert rebuild(desk.store, stream_of) == len(before) == 2
    assert desk.store.lifecycles() == before
