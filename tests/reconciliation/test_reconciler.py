"""Reconciliation of a real account at the real exchange, on a real journal and a real Redis."""

import pytest
import redis

from tests.orders.desk import GRACE, Desk
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.rebuild import rebuild
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.reconciliation.account import account_id_of
from trader.reconciliation.cursor import FillCursor
from trader.reconciliation.reconciler import Reconciler
from trader.venues.instrument import Side
from trader.venues.orders import OrderRequest, TimeInForce


@pytest.fixture
def reconciler(desk: Desk, empty_broker_url: str) -> Reconciler:
    account_id = account_id_of(desk.venue.name, desk.address)
    return Reconciler(
        store=desk.store,
        venue=desk.venue,
        address=desk.address,
        cache=LifecycleCache(desk.journal),
        cursor=FillCursor(redis.Redis.from_url(empty_broker_url), account_id),
        clock=desk.clock,
        grace=GRACE,
    )


def account_events(desk: Desk) -> list[str]:
    """What the account's strands say, by name."""
    strands = desk.store.load(account_id_of(desk.venue.name, desk.address))
    return [str(strand.content["event"]) for strand in strands]


def trade_by_hand(desk: Desk, side: Side, size: str, price: str, force: TimeInForce) -> None:
    """An order of the account that no plan intended."""
    request = OrderRequest.model_validate(
        {
            "cloid": "0x" + "e" * 32,
            "symbol": "BTC",
            "side": side,
            "size": size,
            "limit_price": price,
            "time_in_force": force,
        }
    )
    now = desk.clock()
    desk.venue.place_order(request, desk.nonces.next(now), now + GRACE)


def test_a_second_run_writes_nothing(desk: Desk, reconciler: Reconciler) -> None:
    desk.protect()
    assert reconciler.reconcile() == ()
    assert account_events(desk) == ["account_opened"]
    assert reconciler.reconcile() == ()
    assert account_events(desk) == ["account_opened"]


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
    assert account_events(desk) == ["account_opened"]


def test_what_other_hands_do_is_published_once(desk: Desk, reconciler: Reconciler) -> None:
    reconciler.reconcile()
    trade_by_hand(desk, Side.BUY, "0.01", "50000", TimeInForce.GTC)
    trade_by_hand(desk, Side.BUY, "0.02", "61000", TimeInForce.IOC)
    reconciler.reconcile()
    found = ["external_order_found", "external_fill_found", "position_differs"]
    assert account_events(desk) == ["account_opened", *found]
    reconciler.reconcile()
    assert account_events(desk) == ["account_opened", *found]


def test_a_position_closed_by_other_hands_ends_its_plan(desk: Desk, reconciler: Reconciler) -> None:
    plan = desk.protect()
    size = desk.load(plan).position.size
    trade_by_hand(desk, Side.SELL, str(size), "59000", TimeInForce.IOC)
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
