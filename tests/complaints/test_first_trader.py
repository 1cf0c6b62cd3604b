"""The mistakes of the Trader before this one, which its tests did not see.

They ran without a venue or a database, took errors for results, and passed in no time.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import LIMITS, SIZE, Desk
from tests.orders.faults import Killed, is_refused_by_a_gateway
from trader.conditions.condition import PriceAbove
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.watch import EntryWatch
from trader.plans.plan import Quantity
from trader.strands.sqlite import SqliteStore
from trader.strands.store import StrandStore
from trader.venues.quote import Quote

HEARTBEAT = timedelta(minutes=1)
LATER = {"entry": PriceAbove(level=Decimal(61_000))}


def watch(desk: Desk) -> EntryWatch:
    """What looks at all waiting plans with each heartbeat."""
    waiting = LifecycleCache(desk.store, desk.journal, Stage.MONITOR)
    return EntryWatch(desk.journal, waiting, desk.clock, LIMITS)


def quote(desk: Desk, mid: int) -> dict[str, Quote]:
    """The market at that price, now."""
    now = desk.clock()
    return {"BTC": Quote(symbol="BTC", observed_at=now, mid=Decimal(mid), mark=Decimal(mid))}


def test_first_trader_dropped_a_plan_after_one_poll(desk: Desk) -> None:
    """A plan waits until it triggers, expires or is cancelled."""
    plan, entries = desk.accept(**LATER), watch(desk)
    for _ in range(100):
        assert list(entries.triggered(quote(desk, 60_500))) == []
        desk.clock.advance(HEARTBEAT)
    assert desk.load(plan).stage is Stage.MONITOR
    assert list(entries.triggered({})) == []
    assert list(entries.triggered(quote(desk, 61_500))) == [plan]


def test_first_trader_had_no_expiry(desk: Desk) -> None:
    plan = desk.accept(**LATER, valid_until=desk.clock() + HEARTBEAT)
    desk.clock.advance(HEARTBEAT)
    assert list(watch(desk).triggered(quote(desk, 61_500))) == []
    assert desk.load(plan).outcome is Outcome.EXPIRED


def test_first_trader_simulated_its_fills_at_quotes(desk: Desk) -> None:
    """What is booked is what traded: here at two prices, of which neither is the quoted one."""
    desk.exchange.set_depth("BTC", [["59990", "1"]], [["60010", "0.004"], ["60100", "1"]])
    plan = desk.protect()
    booked = [(fill.price, fill.size, fill.fee) for fill in desk.load(plan).fills]
    traded = [
        (Decimal(fill["px"]), Decimal(fill["sz"]), Decimal(fill["fee"]))
        for fill in desk.exchange.fills_of(desk.address)
    ]
    assert booked == traded
    assert [price for price, _, _ in booked] == [60_010, 60_100]
    assert desk.load(plan).position.entry_price == Decimal(60_064)


def test_first_trader_took_an_answer_with_an_error_inside_for_a_success(desk: Desk) -> None:
    """HTTP 200, "ok", and the order refused: what did not trade is not held."""
    plan = desk.place(size=Quantity(value=Decimal(80)))
    assert desk.states(plan, Leg.ENTRY) == [OrderState.REJECTED]
    assert desk.track(plan) is Stage.ANALYZE
    assert (desk.load(plan).position.size, desk.held()) == (0, 0)


def test_first_trader_had_ids_that_collided_within_a_second(desk: Desk) -> None:
    plans = [desk.protect() for _ in range(5)]
    cloids = [order["cloid"] for order in desk.orders()]
    assert len(set(cloids)) == len(cloids) == 3 * len(plans)
    strands = [strand.id for plan in plans for strand in desk.store.load(plan)]
    assert len(set(strands)) == len(strands)


def test_first_trader_had_neither_stop_nor_target_nor_idempotency(desk: Desk) -> None:
    plan = desk.place()
    for _ in range(3):
        desk.worker().place_order_when_ready(plan)
        desk.track(plan)
    assert desk.has_one_order_a_leg(plan)
    assert [Decimal(order["size"]) for order in desk.working()] == [SIZE, SIZE]


def test_first_trader_added_the_exposure_again_with_every_update(desk: Desk) -> None:
    """While the venue has no status to tell, its trades are told again with every look."""
    plan = desk.protect()
    strands = desk.store.load(plan)
    desk.venue.hidden_orders = True
    for _ in range(5):
        desk.track(plan)
    assert desk.load(plan).position.size == desk.load(plan).position.traded == desk.held() == SIZE
    assert desk.store.load(plan) == strands
    (exposed,) = desk.store.lifecycles(symbol="BTC", has_exposure=True)
    assert exposed.lifecycle_id == plan


def test_first_trader_rounded_prices_by_int(desk: Desk) -> None:
    """Which made the stop of a coin under a dollar 0; and 0.2007 is not to become 0.2 either."""
    desk.exchange.set_mid("DOGE", "0.2")
    plan = desk.protect(
        symbol="DOGE",
        size=Quantity(value=Decimal(500)),
        stop_loss=Decimal("0.1907"),
        take_profit=Decimal("0.2107"),
    )
    triggers = [o.request.trigger for o in desk.load(plan).orders_of(Leg.STOP, Leg.TARGET)]
    assert [t.price for t in triggers if t] == [Decimal("0.1907"), Decimal("0.2107")]
    desk.exchange.set_mid("DOGE", "0.1906")
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).fills[-1].price < Decimal("0.1907")


def test_first_trader_closed_without_its_strand(desk: Desk) -> None:
    """The close is one append: a worker that dies at it leaves all of it to the next."""
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "63100")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteStore, "append", dies)
        with pytest.raises(Killed):
            desk.track(plan)
    assert desk.load(plan).position.size == SIZE
    assert row_stage(desk.store, plan) == Stage.TRACK

    assert desk.track(plan) is Stage.ANALYZE
    assert row_stage(desk.store, plan) == Stage.ANALYZE
    assert desk.events(plan)[-2:] == ["position_changed", "execution_finished"]


def dies(*_: object) -> None:
    """In place of an append."""
    raise Killed


def row_stage(store: StrandStore, lifecycle_id: str) -> str:
    """The stage in the projection."""
    row = store.lifecycle(lifecycle_id)
    assert row is not None
    return row.stage


def test_first_trader_did_not_tell_what_may_pass_from_what_will_not(desk: Desk) -> None:
    """A refusal ends the entry at once, in the refuser's words; a lost connection does not."""
    desk.venue.order_faults = [is_refused_by_a_gateway]
    plan = desk.place()
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.REJECTED
    assert "HTTP 403: forbidden" in desk.load(plan).history[-1][1].reason
    assert desk.orders() == []


def test_first_trader_skipped_plans_without_a_reason(desk: Desk) -> None:
    plan = desk.trigger(size=Quantity(value=Decimal("0.0001")))
    desk.worker().place_order_when_ready(plan)
    event = desk.load(plan).history[-1][1].model_dump()
    assert (event["control"], event["limit"]) == ("size_below_minimum", "10")
    assert Decimal(event["value"]) == Decimal("0.0001") * 60_300
    assert "below the venue's minimum of 10" in event["reason"]
