"""No other worker takes an intent over before its sender's last possible byte."""

import json
import time
from datetime import datetime, timedelta

import pytest
import requests

from tests.orders.desk import Desk
from tests.orders.faults import FaultyVenue, Send, meanwhile
from tests.orders.test_sender import draft
from tests.support.lifecycles import SECOND
from tests.venues.scripted_venue import (
    Behaviour,
    Handler,
    ScriptedVenue,
    drip_body,
    drip_headers,
    hang,
    reply_json,
    reset_connection,
)
from trader.lifecycle.stage import Leg, OrderState
from trader.orders.grace import BEGIN_WITHIN, grace_of
from trader.orders.resolver import Resolver
from trader.orders.sender import Placement
from trader.venues.orders import OrderAnswer
from trader.venues.venue import Action, BatchRefused

TIMEOUT = SECOND
GRACE = grace_of(TIMEOUT)
BATCH_REFUSED = {
    "status": "ok",
    "response": {"type": "order", "data": {"statuses": [{"error": "Order has invalid size."}]}},
}


def at(scripted: ScriptedVenue, desk: Desk, *behaviours: Behaviour) -> FaultyVenue:
    """A venue that answers queries as the exchange does, and behaves so to one action each."""
    remaining = list(behaviours)

    def behave(handler: Handler) -> None:
        if handler.path == "/exchange":
            remaining.pop(0)(handler)
        else:
            query = json.loads(handler.body)
            answer = requests.post(f"{desk.exchange.url}/info", json=query, timeout=10)
            reply_json(answer.json())(handler)

    scripted.behaviour = behave
    return desk.connect(url=scripted.url, timeout=TIMEOUT.total_seconds())


def send(desk: Desk, venue: FaultyVenue, plan: str) -> None:
    """Two orders in one action, so that it can be refused as a whole."""
    desk.sender(venue).place(Placement(desk.load(plan), [draft(), draft()], "because"))


def actions(scripted: ScriptedVenue) -> int:
    """How many actions were sent there."""
    return sum(path == "/exchange" for path, _ in scripted.received)


def intended_at(desk: Desk, plan: str) -> datetime:
    """When the plan's only intent was made."""
    (intent,) = desk.load(plan).intents.values()
    return intent.intended_at


def refused_late(handler: Handler) -> None:
    """A refusal of the whole action, shortly before no fence may follow it."""
    handler.server.released.wait(0.3)
    reply_json(BATCH_REFUSED)(handler)


@pytest.mark.parametrize(
    "behaviours",
    [
        (hang,),
        (drip_headers,),
        (drip_body,),
        (reset_connection,),
        (refused_late, hang),
        (refused_late, drip_headers),
        (refused_late, drip_body),
        (refused_late, reset_connection),
    ],
)
def test_a_slow_sender_has_done_before_anybody_takes_its_intent_over(
    desk: Desk,
    scripted_venue: ScriptedVenue,
    behaviours: tuple[Behaviour, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worst of all: it writes for as long as it may, and the venue never ends."""
    plan, venue = desk.trigger(), at(scripted_venue, desk, *behaviours)
    admit = venue.admit

    def admit_slowly(action: Action, now: datetime) -> int:
        nonce = admit(action, now)
        time.sleep(1.0)
        return nonce

    monkeypatch.setattr(venue, "admit", admit_slowly)
    send(desk, venue, plan)
    done_at = desk.clock()

    assert done_at < intended_at(desk, plan) + GRACE
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN] * 2
    assert actions(scripted_venue) == len(behaviours)
    time.sleep(0.3)
    assert actions(scripted_venue) == len(behaviours)


@pytest.mark.parametrize(("late", "is_taken_over"), [(-SECOND, False), (timedelta(0), True)])
def test_nobody_takes_over_before_the_grace_is_over(
    desk: Desk, scripted_venue: ScriptedVenue, late: timedelta, is_taken_over: bool
) -> None:
    """While the first sender is still at it, as the server sees."""
    plan = desk.trigger()
    found: list[bool] = []

    def look_meanwhile(handler: Handler) -> None:
        desk.clock.advance(intended_at(desk, plan) + GRACE + late - desk.clock())
        other = Resolver(desk.venue, desk.clock, GRACE)
        found.append(bool(other.doubts(desk.load(plan))))
        hang(handler)

    send(desk, at(scripted_venue, desk, look_meanwhile), plan)
    assert found == [is_taken_over]


def test_what_was_written_too_slowly_is_not_sent_but_resolved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, admit = desk.trigger(), desk.venue.admit

    def admit_too_slowly(action: Action, now: datetime) -> int:
        nonce = admit(action, now)
        desk.clock.advance(BEGIN_WITHIN + SECOND)
        return nonce

    with monkeypatch.context() as slow:
        slow.setattr(desk.venue, "admit", admit_too_slowly)
        desk.worker().place_order_when_ready(plan)
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]
    assert desk.orders() == []

    desk.track(plan)
    assert len(desk.accepted(plan, Leg.ENTRY)) == 1
    assert desk.held() > 0


def test_a_refusal_that_comes_too_late_has_no_fence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Send[OrderAnswer]) -> tuple[OrderAnswer, ...]:
        raise BatchRefused("Order has invalid size.")

    fences: list[int] = []
    monkeypatch.setattr(desk.venue, "fence", lambda nonce, _: fences.append(nonce))
    plan = desk.trigger()
    desk.venue.order_faults = [meanwhile(lambda: desk.clock.advance(BEGIN_WITHIN), refuse)]
    desk.worker().place_order_when_ready(plan)
    assert fences == []
    assert desk.states(plan, Leg.ENTRY) == [OrderState.UNKNOWN]
