from datetime import timedelta
from decimal import Decimal
from typing import NoReturn

import pytest
from fakeredis import FakeRedis

from tests.orders.desk import DEAD, EXPIRY, GRACE, SIZE, Desk
from tests.orders.faults import (
    Killed,
    cannot_connect,
    drops_the_request,
    is_refused_by_a_gateway,
    kills_before,
    loses_the_reply,
)
from trader.lifecycle.order_events import IntentDied, IntentUnknown
from trader.lifecycle.stage import Leg, OrderState
from trader.orders.draft import OrderDraft
from trader.orders.resolver import VISIBILITY_LAG
from trader.orders.sender import Placement
from trader.plans.plan import LimitEntry
from trader.streams.event import Event
from trader.venues.fences import FenceRegister
from trader.venues.instrument import Side
from trader.venues.orders import TimeInForce
from trader.venues.venue import VenueUnavailable

SECOND = timedelta(seconds=1)


def in_doubt(desk: Desk, fault: object, price: int = 59_000) -> str:
    """A plan whose resting entry nobody knows the fate of."""
    plan = desk.trigger(order=LimitEntry(price=Decimal(price)))
    desk.venue.order_faults = [fault]  # type: ignore[list-item]
    desk.worker().place_order_when_ready(plan)
    return plan


def unreachable(*asked: object) -> NoReturn:
    """A venue that does not answer."""
    raise VenueUnavailable(f"no answer about {asked}")


def resolve(desk: Desk, plan: str) -> list[str]:
    """Resolve once and record it; the names of the events."""
    events: tuple[Event, ...] = desk.resolver().resolve(desk.load(plan))
    desk.journal.append(desk.load(plan), events, desk.clock())
    return [str(event.model_dump()["event"]) for event in events]


def test_a_dropped_request_is_sent_again_and_answered(desk: Desk) -> None:
    plan = in_doubt(desk, drops_the_request)

    assert resolve(desk, plan) == ["orders_answered"]
    assert desk.states(plan, Leg.ENTRY) == [OrderState.OPEN]
    assert len(desk.orders()) == 1
    assert resolve(desk, plan) == []


@pytest.mark.parametrize(
    ("price", "events"),
    [
        (59_000, ["order_reported"]),
        (60_100, ["order_reported", "order_filled", "position_changed"]),
    ],
)
def test_a_landed_request_is_found_by_its_duplicate_nonce(
    desk: Desk, price: int, events: list[str]
) -> None:
    plan = in_doubt(desk, loses_the_reply, price)

    assert resolve(desk, plan) == events
    assert len(desk.orders()) == 1
    assert desk.load(plan).unanswered == frozenset()


def test_a_landed_order_that_cannot_be_seen_yet_stays_in_doubt(desk: Desk) -> None:
    plan = in_doubt(desk, loses_the_reply, 60_100)
    desk.venue.hidden_orders = desk.venue.hidden_fills = True
    assert resolve(desk, plan) == ["nonce_found_used"]
    desk.clock.advance(VISIBILITY_LAG - SECOND)
    assert resolve(desk, plan) == []
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]

    desk.venue.hidden_fills = False
    assert resolve(desk, plan) == ["order_filled", "position_changed"]
    assert desk.states(plan, Leg.ENTRY) == [OrderState.FILLED]


@pytest.mark.parametrize(
    "fault", [drops_the_request, cannot_connect, is_refused_by_a_gateway, loses_the_reply]
)
def test_a_copy_that_fails_again_adds_nothing_and_ends_nothing(desk: Desk, fault: object) -> None:
    plan = in_doubt(desk, drops_the_request)
    desk.venue.order_faults = [fault]  # type: ignore[list-item]

    assert resolve(desk, plan) == []
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]


@pytest.mark.parametrize(
    ("after", "events"),
    [
        (EXPIRY, []),
        (EXPIRY + VISIBILITY_LAG - SECOND, []),
        (EXPIRY + VISIBILITY_LAG, ["intent_died"]),
    ],
)
def test_without_a_fence_death_is_proved_only_when_the_order_could_be_seen(
    desk: Desk, after: timedelta, events: list[str]
) -> None:
    plan = in_doubt(desk, drops_the_request)
    desk.venue.fence = unreachable  # type: ignore[method-assign]
    desk.clock.advance(after)

    assert resolve(desk, plan) == events
    assert desk.orders() == []


def test_a_fence_proves_death_as_soon_as_the_intent_has_expired(desk: Desk) -> None:
    plan = in_doubt(desk, drops_the_request)
    desk.clock.advance(EXPIRY)

    assert resolve(desk, plan) == ["intent_died"]
    assert desk.orders() == []


def test_a_fence_after_the_expiry_finds_what_had_landed(desk: Desk) -> None:
    plan = in_doubt(desk, loses_the_reply)
    desk.clock.advance(EXPIRY)

    assert resolve(desk, plan) == ["order_reported"]
    assert len(desk.orders()) == 1


def used_by_a_fence(desk: Desk) -> str:
    """A plan whose request never arrived, and whose fence did, unheard."""
    plan = in_doubt(desk, drops_the_request)
    (intent,) = desk.load(plan).intents.values()
    desk.venue.fence(intent.nonce, intent.expires_after)
    return plan


def test_a_used_nonce_proves_death_once_the_order_would_have_become_visible(desk: Desk) -> None:
    plan = used_by_a_fence(desk)
    assert resolve(desk, plan) == ["nonce_found_used"]

    desk.clock.advance(VISIBILITY_LAG - SECOND)
    assert resolve(desk, plan) == []
    desk.clock.advance(SECOND)
    assert resolve(desk, plan) == ["intent_died"]
    assert desk.orders() == []
    assert desk.states(plan, Leg.ENTRY) == [OrderState.NEVER_LANDED]


def test_a_fence_that_anybody_heard_of_proves_death_at_once(desk: Desk) -> None:
    """Plans whose orders went out as one action share its nonce: one fence is for all."""
    fences = FenceRegister(FakeRedis(), desk.address)
    plan = in_doubt(desk, drops_the_request)
    (intent,) = desk.load(plan).intents.values()
    desk.connect(fences=fences).fence(intent.nonce, intent.expires_after)

    (event,) = desk.resolver(desk.connect(fences=fences)).resolve(desk.load(plan))
    assert isinstance(event, IntentDied)


def test_a_fence_that_is_heard_of_later_ends_the_doubt_then(desk: Desk) -> None:
    fences = FenceRegister(FakeRedis(), desk.address)
    plan = used_by_a_fence(desk)
    resolver = desk.resolver(desk.connect(fences=fences))
    desk.journal.append(desk.load(plan), resolver.resolve(desk.load(plan)), desk.clock())
    assert desk.events(plan)[-1] == "nonce_found_used"
    assert resolver.resolve(desk.load(plan)) == ()

    (intent,) = desk.load(plan).intents.values()
    fences.add(intent.nonce)
    (event,) = resolver.resolve(desk.load(plan))
    assert isinstance(event, IntentDied)


def test_an_open_order_that_its_client_order_id_never_shows_is_not_taken_for_dead(
    desk: Desk,
) -> None:
    plan = in_doubt(desk, loses_the_reply)
    desk.venue.hidden_orders = True
    assert resolve(desk, plan) == ["nonce_found_used"]

    desk.clock.advance(VISIBILITY_LAG)
    assert resolve(desk, plan) == ["order_reported"]
    assert desk.states(plan, Leg.ENTRY) == [OrderState.OPEN]


def test_a_request_whose_nonce_is_used_is_not_sent_again(desk: Desk) -> None:
    plan = used_by_a_fence(desk)
    resolve(desk, plan)
    sent: list[object] = []
    desk.venue.order_faults = [lambda send: sent.append(send) or send()]  # type: ignore[func-returns-value]

    assert resolve(desk, plan) == []
    assert sent == []


def test_a_nonce_found_used_after_the_expiry_does_not_put_the_proof_off(desk: Desk) -> None:
    plan = used_by_a_fence(desk)
    desk.clock.advance(EXPIRY + VISIBILITY_LAG)

    assert resolve(desk, plan) == ["intent_died"]


def test_a_used_nonce_at_a_venue_that_cannot_be_read_proves_nothing(desk: Desk) -> None:
    plan = used_by_a_fence(desk)
    resolve(desk, plan)
    desk.venue.order = unreachable  # type: ignore[method-assign]
    desk.clock.advance(VISIBILITY_LAG)

    assert resolve(desk, plan) == []
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]


def test_the_wait_for_the_venues_answer_does_not_count_as_time_to_be_seen(desk: Desk) -> None:
    """Asked too early, answered late: what was not there when it was asked may be there now."""
    plan = in_doubt(desk, loses_the_reply, 60_100)
    desk.venue.hidden_orders = True
    desk.clock.advance(EXPIRY + SECOND)
    asked = desk.venue.fills

    def slow(since: object) -> tuple[object, ...]:
        del since
        desk.clock.advance(VISIBILITY_LAG)
        return ()

    desk.venue.fills = slow  # type: ignore[method-assign,assignment]
    assert resolve(desk, plan) == ["nonce_found_used"]

    desk.venue.fills = asked  # type: ignore[method-assign]
    assert resolve(desk, plan) == ["order_filled", "position_changed"]


def test_a_venue_that_cannot_be_read_proves_nothing(desk: Desk) -> None:
    plan = in_doubt(desk, drops_the_request)
    desk.clock.advance(DEAD)
    desk.venue.fence = unreachable  # type: ignore[method-assign]
    desk.venue.order = unreachable  # type: ignore[method-assign]
    assert resolve(desk, plan) == []
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]


def test_another_key_never_sends_the_intent_of_the_first(desk: Desk) -> None:
    """Nonces belong to a signer: under another key the same request would be a second order."""
    plan = in_doubt(desk, loses_the_reply)
    desk.venue.other_signer = "0x" + "e" * 40
    sent: list[object] = []
    desk.venue.order_faults = [lambda send: sent.append(send) or send()]  # type: ignore[func-returns-value]

    assert resolve(desk, plan) == ["order_reported"]
    assert sent == []


def test_of_a_batch_each_order_is_resolved_by_itself(desk: Desk) -> None:
    """Two of three orders landed with the batch's only copy; the third was refused unseen."""
    plan = desk.trigger()
    draft = OrderDraft(
        leg=Leg.ENTRY,
        symbol="BTC",
        side=Side.BUY,
        size=SIZE,
        limit_price=Decimal(59_000),
        time_in_force=TimeInForce.GTC,
    )
    desk.venue.order_faults = [loses_the_reply]
    lifecycle = desk.sender().place(Placement(desk.load(plan), [draft, draft], "two"))
    second = lifecycle.orders_of(Leg.ENTRY)[1].cloid
    asked, listed = desk.venue.order, desk.venue.open_orders
    desk.venue.order = lambda cloid: None if cloid == second else asked(cloid)  # type: ignore[method-assign]
    desk.venue.open_orders = lambda: tuple(o for o in listed() if o.cloid != second)  # type: ignore[method-assign]
    desk.clock.advance(DEAD)

    assert resolve(desk, plan) == ["order_reported", "intent_died"]
    event = desk.load(plan).history[-1][1]
    assert isinstance(event, IntentDied)
    assert event.cloids == (second,)
    assert desk.load(plan).unanswered == frozenset()


def test_an_intent_is_its_senders_until_the_grace_is_over(desk: Desk) -> None:
    plan = desk.trigger()
    desk.venue.order_faults = [kills_before]
    with pytest.raises(Killed):
        desk.worker().place_order_when_ready(plan)
    resolver = desk.resolver()
    assert resolver.doubts(desk.load(plan)) == ()
    assert resolver.resolve(desk.load(plan)) == ()

    desk.clock.advance(GRACE)
    assert resolver.resolve(desk.load(plan)) == ()
    (mark,) = resolver.doubts(desk.load(plan))
    assert isinstance(mark, IntentUnknown)
    desk.journal.append(desk.load(plan), (mark,), desk.clock())
    assert resolver.doubts(desk.load(plan)) == ()
    assert resolve(desk, plan) == ["orders_answered"]


def test_doubt_is_one_strand_however_long_it_lasts(desk: Desk) -> None:
    plan = in_doubt(desk, drops_the_request)
    for _ in range(3):
        desk.venue.order_faults = [drops_the_request]
        desk.track(plan)

    assert desk.events(plan).count("intent_unknown") == 1
