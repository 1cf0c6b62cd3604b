"""A worker that starts cold, with many open plans: it finds all that differ, in few round trips."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.orders.desk import EXPIRY, Desk
from tests.support.counted_store import CountedStore
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle import paging
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.journal import Journal
from trader.lifecycle.plan_events import EntryTriggered
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Leg, Stage
from trader.plans.plan import Quantity
from trader.reconciliation.reconciler import Reconciler
from trader.strands.store import NEW, Append, StrandStore

PLANS = 300
NEAR, ABOVE_IT = Decimal(61_000), Decimal(61_500)
SIZE = Quantity(value=Decimal("0.001"))


def started_anew(reconciler: Reconciler, store: StrandStore) -> Reconciler:
    """The reconciler of a process that knows nothing yet."""
    return replace(
        reconciler, store=store, tracked=LifecycleCache(store, Journal(store), Stage.TRACK)
    )


def enter(desk: Desk, number: int, **changes: object) -> list[str]:
    """Plans whose entries have traded, and whose trades nobody has booked."""
    plans = [desk.accept(size=SIZE, **changes) for _ in range(number)]
    trigger = EntryTriggered(quote=desk.venue.quote("BTC"), reason="at once")
    desk.journal.append_all([(desk.load(plan), (trigger,)) for plan in plans], desk.clock())
    assert set(desk.worker().place_orders_when_ready(plans).values()) == {Stage.TRACK}
    return plans


def protect(desk: Desk, number: int, **changes: object) -> list[str]:
    """Plans that hold their positions under stop and target."""
    plans = enter(desk, number, **changes)
    assert {desk.track(plan) for plan in plans} == {Stage.TRACK}
    return plans


def cancel_by_hand(desk: Desk, plans: Sequence[str], leg: Leg) -> None:
    """The account's owner takes an order of each plan from the venue."""
    orders = [desk.load(plan).orders_of(leg)[-1] for plan in plans]
    action = desk.venue.compose_cancel([("BTC", order.cloid) for order in orders])
    expiry = desk.clock() + EXPIRY
    assert not any(desk.venue.send_cancel(action, desk.nonces.next(), expiry))


def test_all_that_differ_are_found_and_nothing_is_written_twice(
    desk: Desk, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 40)
    reconciler.reconcile()
    quiet = protect(desk, PLANS - 40)
    unbooked, at_target = enter(desk, 10), protect(desk, 10, take_profit=NEAR)
    without_stop, cancelled = protect(desk, 10), protect(desk, 10)
    cancel_by_hand(desk, without_stop, Leg.STOP)
    for plan in cancelled:
        desk.cancel(plan, close=True)
    desk.exchange.set_mid("BTC", str(ABOVE_IT))
    differ = {*unbooked, *at_target, *without_stop, *cancelled}

    cold = started_anew(reconciler, desk.store)
    assert set(cold.reconcile()) == differ
    assert not differ & set(quiet)

    written = desk.account_events()
    assert set(cold.reconcile()) == differ
    assert set(started_anew(reconciler, desk.store).reconcile()) == differ
    assert desk.account_events() == written

    for plan in differ:
        desk.track(plan)
    assert started_anew(reconciler, desk.store).reconcile() == ()


@pytest.mark.parametrize("plans", [10, 30, 90])
def test_round_trips_grow_with_pages_not_with_plans(
    desk: Desk, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch, plans: int
) -> None:
    monkeypatch.setattr(paging, "PAGE", 10)
    for number in range(plans):
        name = f"plan-{number}"
        builder = LifecycleBuilder(a_plan(plan_id=name), name).entered()
        desk.store.append(Append(name, NEW, builder.strands, project(builder.lifecycle)))
    counted = CountedStore(desk.store)
    cold = started_anew(reconciler, counted)

    assert len(cold.reconcile()) == plans
    opens_the_account = {"load": 1, "append": 1}
    assert counted.calls == {**opens_the_account, "heads": 1, "load_many": plans // 10}

    counted.calls.clear()
    assert len(cold.reconcile()) == plans
    assert counted.calls == {"load": 1, "heads": 1}
