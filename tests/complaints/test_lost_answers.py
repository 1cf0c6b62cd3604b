"""An order that nobody heard of is neither failed nor sent again."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.complaints.faults import AccountFaults
from tests.orders.desk import SIZE, Desk
from tests.orders.faults import drops_the_request, loses_the_reply
from trader.errors import Retryable
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.plans.plan import LimitEntry
from trader.venues.hyperliquid.answers import order_answers
from trader.venues.orders import OrderAnswer
from trader.venues.venue import VenueUnavailable

RESTING = {"order": LimitEntry(price=Decimal(59_000))}
SHORT = {"direction": "short", "stop_loss": Decimal(63_000), "take_profit": Decimal(57_000)}
NOWHERE = "http://exchange.invalid"
"""A name that no resolver knows (RFC 2606)."""


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("http_error", {"status": 500, "moment": "after_commit"}),
        ("http_error", {"status": 502, "moment": "after_commit"}),
        ("reply_dropped", {}),
        ("reply_dropped", {"ending": "reset"}),
    ],
)
def test_hummingbot_7294_an_order_reported_failed_that_then_fills_is_not_sent_again(
    desk: Desk, faults: AccountFaults, kind: str, terms: dict[str, Any]
) -> None:
    faults.strike(kind, "order", count=1, **terms)
    plan = desk.place()
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]
    assert desk.held() == SIZE

    for _ in range(3):
        desk.worker().place_order_when_ready(plan)
        desk.track(plan)
    assert desk.has_one_order_a_leg(plan)
    assert desk.load(plan).position.size == desk.held() == SIZE


def test_hummingbot_493_a_timeout_is_not_a_failure(desk: Desk, faults: AccountFaults) -> None:
    faults.strike("reply_dropped", "order", count=1, ending="hang", hang_ms=3000)
    plan = desk.trigger()
    desk.worker(desk.connect(timeout=0.3)).place_order_when_ready(plan)
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]

    desk.track(plan)
    assert desk.has_one_order_a_leg(plan)
    assert desk.load(plan).position.size == desk.held() == SIZE


def test_hummingbot_8457_a_dns_outage_drops_no_accepted_order(desk: Desk) -> None:
    plan = desk.place(order=LimitEntry(price=Decimal(61_000)), **SHORT)
    before = desk.load(plan).seq
    lost = desk.connect(url=NOWHERE)
    for _ in range(5):
        with pytest.raises(VenueUnavailable, match=r"exchange\.invalid"):
            desk.track(plan, lost)
        desk.clock.advance(timedelta(minutes=1))
    assert desk.load(plan).seq == before
    desk.exchange.set_mid("BTC", "61100")
    assert desk.held() == -SIZE

    assert desk.track(plan) is Stage.TRACK
    assert desk.load(plan).position.size == -SIZE
    assert desk.has_one_order_a_leg(plan)


def test_hummingbot_3374_no_order_is_left_hanging_by_network_errors(
    desk: Desk, faults: AccountFaults
) -> None:
    faults.strike("reply_dropped", "order")
    plans = [desk.place(**RESTING) for _ in range(6)]
    faults.strike("request_dropped", "orderStatus", "userFillsByTime")
    for plan in plans:
        desk.cancel(plan)
        assert desk.track(plan) is Stage.TRACK
    assert len(desk.working()) == 6
    faults.end()

    for plan in plans:
        assert desk.track(plan) is Stage.ANALYZE
        assert desk.load(plan).outcome is Outcome.CANCELLED
    assert desk.working() == []
    desk.exchange.set_mid("BTC", "58000")
    assert desk.held() == 0


def test_nautilus_3879_no_status_report_is_not_a_cancellation(
    desk: Desk, faults: AccountFaults
) -> None:
    plan = desk.place(**RESTING)
    faults.hold("cloid_hidden", min_ms=600_000, max_ms=600_000)
    for _ in range(6):
        desk.clock.advance(timedelta(minutes=1))
        assert desk.track(plan) is Stage.TRACK
    assert desk.states(plan, Leg.ENTRY) == [OrderState.OPEN]
    assert len(desk.working()) == len(desk.orders()) == 1

    faults.end()
    desk.exchange.set_mid("BTC", "58900")
    desk.track(plan)
    assert desk.has_one_order_a_leg(plan)


@pytest.mark.parametrize("leaves_by", ["57000", "63000"])
def test_nautilus_3879_an_order_that_the_venue_has_forgotten_is_known_by_its_trades(
    desk: Desk, faults: AccountFaults, leaves_by: str
) -> None:
    """The venue tells the status of about its last 2000 orders; then it says unknownOid."""
    plan = desk.place(**RESTING)
    faults.hold("order_forgotten")
    desk.exchange.set_mid("BTC", "58900")
    desk.track(plan)
    assert desk.load(plan).position.size == desk.held() == SIZE
    assert desk.has_one_order_a_leg(plan)

    desk.exchange.set_mid("BTC", leaves_by)
    for _ in range(3):
        desk.clock.advance(timedelta(minutes=1))
        desk.track(plan)
    assert desk.load(plan).outcome is Outcome.CLOSED
    assert desk.has_one_order_a_leg(plan)
    assert (desk.load(plan).position.size, desk.held(), desk.working()) == (0, 0, [])


def test_nautilus_3879_a_stop_that_ended_and_was_forgotten_is_placed_again(
    desk: Desk, faults: AccountFaults
) -> None:
    plan = desk.protect()
    faults.hold("order_forgotten")
    stop = desk.load(plan).orders_of(Leg.STOP)[0]
    faults.controls.end_order("marginCanceled", oid=stop.order_id)
    for _ in range(3):
        desk.clock.advance(timedelta(minutes=1))
        desk.track(plan)
    assert desk.events(plan).count("order_forgotten") == 1
    stops = [order["status"] for order in desk.accepted(plan, Leg.STOP)]
    assert stops == ["marginCanceled", "open"]
    assert [order["status"] for order in desk.accepted(plan, Leg.TARGET)] == ["open"]


@pytest.mark.parametrize("status", ["waitingForTrigger", "waitingForFill", "waitingForGodot"])
def test_nautilus_pr_4160_bare_string_statuses(desk: Desk, status: str) -> None:
    """The stop and the target land, and the reply has nothing but a bare string for each."""

    def answers_in_bare_strings(send: Callable[[], object]) -> tuple[OrderAnswer, ...]:
        send()
        return order_answers({"type": "order", "data": {"statuses": [status, status]}}, 2)

    plan = desk.place()
    desk.venue.order_faults = [answers_in_bare_strings]
    desk.track(plan)
    assert OrderState.REJECTED not in desk.states(plan, Leg.STOP) + desk.states(plan, Leg.TARGET)

    desk.track(plan)
    assert desk.states(plan, Leg.STOP) == desk.states(plan, Leg.TARGET) == [OrderState.OPEN]
    assert desk.has_one_order_a_leg(plan)

    desk.exchange.set_mid("BTC", "63100")
    assert desk.track(plan) is Stage.ANALYZE
    assert (desk.held(), desk.working()) == (0, [])


def test_hummingbot_5076_a_cancellation_is_not_stuck_for_ever(desk: Desk) -> None:
    plan = desk.place(**RESTING)
    desk.cancel(plan)
    desk.venue.cancel_faults = [drops_the_request, loses_the_reply]
    for _ in range(2):
        with pytest.raises(Retryable, match="read timed out"):
            desk.track(plan)
    assert desk.load(plan).stage is Stage.TRACK

    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).outcome is Outcome.CANCELLED
    assert desk.working() == []
