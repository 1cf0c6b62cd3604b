"""Reconciliation of a real account at the real exchange, on a real journal and a real Redis."""

from decimal import Decimal

import pytest

from tests.orders.desk import Desk
from trader.lifecycle.rebuild import rebuild
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.plans.plan import LimitEntry
from trader.reconciliation.reconciler import Reconciler
from trader.venues.instrument import Side
from trader.venues.orders import Account


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


def test_the_accounts_row_survives_a_rebuild(desk: Desk, reconciler: Reconciler) -> None:
    desk.protect()
    reconciler.reconcile()
    before = desk.store.lifecycles()
    assert rebuild(desk.store) == len(before) == 2
    assert desk.store.lifecycles() == before
