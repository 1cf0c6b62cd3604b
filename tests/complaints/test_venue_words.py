"""What the venue says is read as it is meant, and what it does not say is not waited for."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.complaints.faults import AccountFaults
from tests.orders.desk import EXPIRY, SIZE, Desk
from tests.orders.machine_parts import made_odd
from tests.support.lifecycles import covered
from tests.venues.builders import limit_order
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.plans.plan import LimitEntry, Quantity
from trader.venues.orders import OrderReport
from trader.venues.venue import ActionOutcomeUnknown, VenueUnavailable

RESTING = {"order": LimitEntry(price=Decimal(59_000))}
POST_ONLY = {"order": LimitEntry(price=Decimal(59_000), post_only=True)}


def enter_again(desk: Desk, plan: str) -> None:
    """Its wait is over, and its condition holds."""
    held_until = desk.load(plan).held_until
    assert held_until is not None
    desk.clock.advance(held_until - desk.clock())
    quote = desk.venue.quote("BTC")
    assert desk.worker().monitor_entry_conditions(plan, quote) is Stage.PLACE
    assert desk.worker().place_order_when_ready(plan) is Stage.TRACK


def test_hummingbot_6730_post_only_window_after_an_upgrade(
    desk: Desk, faults: AccountFaults
) -> None:
    """And #6800. An entry waits until the venue takes it, a stop is asked for until it stands."""
    held = desk.place()
    faults.everybody("post_only_window")
    for _ in range(5):
        assert desk.track(held) is Stage.TRACK
        desk.clock.advance(timedelta(minutes=1))
    assert (desk.load(held).exit_reason, desk.held()) == (None, SIZE)
    refused, maker = desk.place(), desk.place(**POST_ONLY)
    assert desk.track(refused) is Stage.MONITOR
    assert "Only post-only orders allowed" in desk.load(refused).history[-1][1].reason
    assert desk.states(maker, Leg.ENTRY) == [OrderState.OPEN]
    enter_again(desk, refused)
    assert desk.track(refused) is Stage.MONITOR

    faults.end()
    desk.track(held)
    assert desk.has_one_order_a_leg(held)
    enter_again(desk, refused)
    assert covered(desk.load(held), Leg.STOP) == SIZE
    assert desk.held() == 2 * SIZE


@pytest.mark.parametrize("status", ["marginCanceled", "selfTradeCanceled", "liquidatedCanceled"])
def test_hummingbot_7619_an_end_that_the_venue_chose_is_understood(
    desk: Desk, faults: AccountFaults, status: str
) -> None:
    """And ccxt #27113, #23998, #23014: of an entry it ends the plan, of a stop it does not."""
    resting, held = desk.place(**RESTING), desk.protect()
    for plan, leg in ((resting, Leg.ENTRY), (held, Leg.STOP)):
        order = desk.load(plan).orders_of(leg)[0]
        faults.controls.end_order(status, oid=order.order_id)

    assert desk.track(resting) is Stage.ANALYZE
    assert desk.load(resting).outcome is Outcome.REJECTED
    assert status in desk.load(resting).history[-1][1].reason
    assert desk.track(held) is Stage.TRACK
    assert [order["status"] for order in desk.accepted(held, Leg.STOP)] == [status, "open"]
    assert covered(desk.load(held), Leg.STOP) == SIZE


def test_hummingbot_7619_a_status_that_nobody_knows_crashes_nothing(desk: Desk) -> None:
    """16 of the 29 documented ones raised KeyError there. Nothing is assumed of the order."""
    plan = desk.protect()
    asked = desk.venue.order

    def odd(cloid: str) -> OrderReport | None:
        report = asked(cloid)
        return None if report is None else made_odd(report)

    desk.venue.order = odd  # type: ignore[method-assign]
    assert desk.track(plan) is Stage.TRACK
    first, *others = desk.states(plan, Leg.STOP)
    assert first is OrderState.UNRECOGNISED
    assert 1 <= len(others) <= 2, "what nobody understands protects nothing: another stands"

    desk.venue.order = asked  # type: ignore[method-assign]
    desk.track(plan)
    assert covered(desk.load(plan), Leg.STOP) == SIZE
    desk.exchange.set_mid("BTC", "56900")
    assert desk.track(plan) is Stage.ANALYZE
    assert (desk.held(), desk.working()) == (0, [])


def test_nomeida_99_status_ok_is_no_success(desk: Desk) -> None:
    """And #102, hummingbot #6838: the error stands inside of an answer that is called ok."""
    plan = desk.place(size=Quantity(value=Decimal(80)))

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.REJECTED
    assert "Insufficient margin" in desk.load(plan).history[-1][1].reason
    assert (desk.held(), desk.load(plan).position.size) == (0, 0)


def test_nomeida_102_one_error_for_a_whole_batch_is_of_each_of_its_orders(
    desk: Desk, faults: AccountFaults
) -> None:
    plan = desk.place()
    faults.strike("batch_refused", "order", count=1, text="Too many open orders.")
    desk.track(plan)
    desk.track(plan)

    assert desk.has_one_order_a_leg(plan)
    assert covered(desk.load(plan), Leg.STOP) == covered(desk.load(plan), Leg.TARGET) == SIZE


def test_python_sdk_285_a_hanging_request_times_out(desk: Desk, faults: AccountFaults) -> None:
    faults.strike("request_dropped", ending="hang", hang_ms=10_000)
    venue = desk.connect(timeout=0.3)
    began = time.monotonic()
    with pytest.raises(VenueUnavailable):
        venue.account()
    with pytest.raises(ActionOutcomeUnknown):
        venue.place_order(limit_order(), desk.clock(), desk.clock() + EXPIRY)
    assert time.monotonic() - began < 5


def test_python_sdk_301_a_listing_among_the_spot_pairs_disturbs_nobody(
    desk: Desk, faults: AccountFaults
) -> None:
    """The SDK reads them at its start, and fell over an index that it did not expect."""
    faults.everybody("http_error", status=500, scope={"types": ["spotMeta"]})
    plan = desk.trigger()
    desk.worker(desk.connect()).place_order_when_ready(plan)
    assert desk.held() == SIZE


def test_freqtrade_10960_exits_are_not_churned(desk: Desk) -> None:
    """And ccxt #24100: a look at a plan that is as it should be sends nothing."""
    plan = desk.protect()
    orders, strands = desk.orders(), desk.store.load(plan)
    for mid in ("60100", "59900", "61000", "59000"):
        desk.exchange.set_mid("BTC", mid)
        for _ in range(5):
            desk.track(plan)
            desk.clock.advance(timedelta(minutes=1))
    assert (desk.orders(), desk.store.load(plan)) == (orders, strands)
