from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import EXPIRY, GRACE, SIZE, Desk
from tests.orders.faults import (
    cannot_connect,
    drops_the_request,
    is_refused_by_a_gateway,
    loses_the_reply,
    meanwhile,
    sends_twice,
)
from tests.support.nonces import OwnNonces
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import IntentUnknown, OrdersAnswered
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.orders.draft import OrderDraft, cloid_of
from trader.orders.sender import Placement
from trader.strands.store import SequenceConflict
from trader.venues.budget import Priority
from trader.venues.instrument import Side
from trader.venues.orders import OrderAnswer, TimeInForce
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import BudgetExhausted, VenueUnavailable


def draft(price: int = 59_000, size: Decimal = SIZE) -> OrderDraft:
    return OrderDraft(
        leg=Leg.ENTRY,
        symbol="BTC",
        side=Side.BUY,
        size=size,
        limit_price=Decimal(price),
        time_in_force=TimeInForce.GTC,
    )


def place(desk: Desk, *drafts: OrderDraft) -> Lifecycle:
    plan = desk.trigger()
    return desk.sender().place(Placement(desk.load(plan), drafts or [draft()], "because"))


def has_no_room(_: object) -> tuple[OrderAnswer, ...]:
    """The venue answers HTTP 429."""
    raise BudgetExhausted("HTTP 429", 1.0, RefusalCause.RATE_LIMIT)


class NoRoom(OwnNonces):
    """The requests are used up."""

    def admit(self, weight: int, requests: int, priority: Priority, now: datetime) -> int:
        text = f"no room for {requests} requests of weight {weight}, {priority} at {now}"
        raise BudgetExhausted(text, 1.0, RefusalCause.RATE_LIMIT)


def test_an_order_for_which_there_is_no_room_is_not_intended(desk: Desk) -> None:
    plan = desk.trigger()
    sender = desk.sender(desk.connect(budget=NoRoom()))
    with pytest.raises(BudgetExhausted, match="no room for 2 requests"):
        sender.place(Placement(desk.load(plan), [draft(), draft()], "because"))
    assert "orders_intended" not in desk.events(plan)
    assert desk.load(plan).stage is Stage.PLACE
    assert desk.orders() == []


def test_the_intent_is_in_the_journal_before_the_order_is_at_the_venue(desk: Desk) -> None:
    plan = desk.trigger()
    seen: list[object] = []

    def look() -> None:
        seen.extend([desk.events(plan)[-1], desk.orders(), desk.load(plan).stage])

    desk.venue.order_faults = [meanwhile(look)]
    desk.sender().place(Placement(desk.load(plan), [draft()], "because"))
    assert seen == ["orders_intended", [], "track"]
    assert len(desk.orders()) == 1


def test_what_is_written_is_what_is_sent(desk: Desk) -> None:
    lifecycle = place(desk)
    (order,) = desk.orders()
    (intent,) = lifecycle.intents.values()

    assert (order["nonce"], order["signer"]) == (intent.nonce, intent.signer)
    assert order["cloid"] == cloid_of(lifecycle.lifecycle_id, Leg.ENTRY, 1)
    assert intent.action == desk.venue.compose_orders([intent.orders[0].request])
    assert (
        timedelta(0)
        <= EXPIRY - (intent.expires_after - intent.intended_at)
        < timedelta(milliseconds=1)
    )
    assert intent.expires_after.microsecond % 1000 == 0


def test_the_venues_answer_is_recorded_order_by_order(desk: Desk) -> None:
    lifecycle = place(desk, draft(), draft(size=Decimal("0.0001")), draft(price=60_100))
    resting, refused, filled = lifecycle.orders_of(Leg.ENTRY)

    assert resting.state is OrderState.OPEN
    assert refused.state is OrderState.REJECTED
    assert refused.venue_text.startswith("Order must have minimum value of $10.")
    assert refused.cause is RefusalCause.MINIMUM_NOTIONAL
    assert resting.cause is filled.cause is None
    assert (filled.state, filled.venue_filled) == (OrderState.FILLED, SIZE)
    assert lifecycle.unanswered == frozenset()
    event = lifecycle.history[-1][1]
    assert isinstance(event, OrdersAnswered)
    assert event.sent_at <= event.answered_at


@pytest.mark.parametrize(
    ("fault", "error", "landed"),
    [
        (loses_the_reply, "ActionOutcomeUnknown: read timed out", 1),
        (drops_the_request, "ActionOutcomeUnknown: read timed out", 0),
        (cannot_connect, "VenueUnavailable: connection refused", 0),
        (sends_twice, "DuplicateNonce: Invalid nonce: duplicate nonce", 1),
    ],
)
def test_what_may_have_landed_is_never_called_rejected(
    desk: Desk, fault: object, error: str, landed: int
) -> None:
    desk.venue.order_faults = [fault]  # type: ignore[list-item]
    lifecycle = place(desk)
    event = lifecycle.history[-1][1]

    assert isinstance(event, IntentUnknown)
    assert event.error.startswith(error)
    assert desk.states(lifecycle.lifecycle_id, Leg.ENTRY) == [OrderState.UNKNOWN]
    assert lifecycle.unanswered == {event.intent_id}
    assert len(desk.orders()) == landed


def test_a_request_that_came_too_late_is_unknown_and_not_rejected(desk: Desk) -> None:
    desk.clock.advance(-EXPIRY - timedelta(seconds=1))
    lifecycle = place(desk)

    assert desk.states(lifecycle.lifecycle_id, Leg.ENTRY) == [OrderState.UNKNOWN]
    assert desk.orders() == []


def test_a_copy_that_was_surely_refused_says_why_while_the_order_is_in_doubt(desk: Desk) -> None:
    desk.venue.order_faults = [has_no_room]
    plan = place(desk).lifecycle_id
    (order,) = desk.load(plan).orders_of(Leg.ENTRY)
    assert (order.state, order.cause) == (OrderState.UNKNOWN, RefusalCause.RATE_LIMIT)

    desk.clock.advance(EXPIRY)
    desk.track(plan)
    (order,) = desk.load(plan).orders_of(Leg.ENTRY)
    assert (order.state, order.cause) == (OrderState.NEVER_LANDED, RefusalCause.RATE_LIMIT)


def test_a_refusal_of_the_only_copy_is_the_end_of_its_orders(desk: Desk) -> None:
    desk.venue.order_faults = [is_refused_by_a_gateway]
    lifecycle = place(desk)

    (order,) = lifecycle.orders_of(Leg.ENTRY)
    assert (order.state, order.venue_text) == (OrderState.REJECTED, "HTTP 403: forbidden")
    assert order.cause is RefusalCause.UNKNOWN


@pytest.mark.parametrize("fault", [is_refused_by_a_gateway, drops_the_request, cannot_connect])
def test_a_refusal_of_our_copy_says_nothing_of_the_copy_of_another_worker(
    desk: Desk, fault: object
) -> None:
    """Another took the silent intent over, and its own copy landed unheard."""
    plan = desk.trigger()
    other = desk.connect()
    other.order_faults = [loses_the_reply]
    other.hidden_orders = other.hidden_fills = True

    def take_over() -> None:
        desk.clock.advance(GRACE)
        desk.track(plan, other)

    desk.venue.order_faults = [meanwhile(take_over, then=fault)]  # type: ignore[arg-type]
    desk.sender().place(Placement(desk.load(plan), [draft()], "because"))
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]
    assert desk.events(plan).count("intent_unknown") == 1

    desk.track(plan)
    assert desk.states(plan, Leg.ENTRY) == [OrderState.OPEN]
    assert len(desk.orders()) == 1


def test_a_lost_race_for_the_intent_sends_nothing(desk: Desk) -> None:
    plan = desk.trigger()
    stale = desk.load(plan)
    desk.sender().place(Placement(stale, [draft()], "first"))

    with pytest.raises(SequenceConflict):
        desk.sender().place(Placement(stale, [draft()], "second"))
    assert len(desk.orders()) == 1


def test_every_intent_has_a_nonce_of_its_own(desk: Desk) -> None:
    placed = [place(desk, draft(price)) for price in (59_000, 58_000, 57_500)]

    intents = [intent for lifecycle in placed for intent in lifecycle.intents.values()]
    assert len({intent.nonce for intent in intents}) == len(desk.orders()) == 3


def test_a_cancellation_is_recorded_with_the_venues_words(desk: Desk) -> None:
    lifecycle = place(desk, draft(), draft(58_000))
    first, second = lifecycle.orders_of(Leg.ENTRY)
    lifecycle = desk.sender().cancel(lifecycle, [first], "no more")
    lifecycle = desk.sender().cancel(lifecycle, [first, second], "no more")

    assert [order["status"] for order in desk.orders()] == ["canceled", "canceled"]
    assert all(order.cancel_sent for order in lifecycle.orders_of(Leg.ENTRY))
    answers = lifecycle.history[-1][1].model_dump()["answers"]
    assert answers[0].startswith("Order was never placed, already canceled, or filled.")
    assert answers[1] == ""


def test_a_cancellation_that_never_left_is_not_recorded(desk: Desk) -> None:
    lifecycle = place(desk)
    desk.venue.cancel_faults = [cannot_connect]

    with pytest.raises(VenueUnavailable):
        desk.sender().cancel(lifecycle, lifecycle.orders_of(Leg.ENTRY), "no more")
    assert desk.load(lifecycle.lifecycle_id).seq == lifecycle.seq
