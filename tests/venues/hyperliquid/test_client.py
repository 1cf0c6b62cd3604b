"""Every request goes through the budget, and a 429 that one meets keeps the others off."""

from collections.abc import Callable

import pytest
from redis import Redis

from tests.support.nonces import shared_budget
from tests.venues.builders import ADDRESS, CLOID, META, NOW, PRIVATE_KEY, limit_order, stop_order
from tests.venues.scripted_venue import (
    Behaviour,
    Handler,
    ScriptedVenue,
    answer_queries,
    reply,
    reply_json,
)
from trader.strands.strand import Json
from trader.venues.budget import Priority, SharedBudget, Unlimited
from trader.venues.credentials import read_credentials
from trader.venues.hyperliquid.client import (
    RETRY_PAUSE_SECONDS,
    BudgetedInfo,
    action_priority,
)
from trader.venues.hyperliquid.connection import HttpStatusError
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.hyperliquid.replies import META as META_REPLY
from trader.venues.hyperliquid.replies import parse
from trader.venues.hyperliquid.reports import instruments_of
from trader.venues.request_counter import RequestCounter, RequestUse
from trader.venues.venue import BudgetExhausted, VenueUnavailable
from trader.venues.weight_bucket import KEY, WeightBucket

NONCE = 1_700_000_000_000
BURST = 400
CREDENTIALS = read_credentials({"TRADER_PRIVATE_KEY": PRIVATE_KEY})
INSTRUMENTS = instruments_of(parse(META_REPLY, META))
TOO_MANY = reply(429, "null")
ENTRY: Json = {"action": {"type": "order", "orders": [{"r": False}]}}
EXIT: Json = {"action": {"type": "order", "orders": [{"r": True}]}}
CANCEL: Json = {"action": {"type": "cancelByCloid", "cancels": [{}]}}
NOOP: Json = {"action": {"type": "noop"}}
QUERY: Json = {"type": "meta"}
OK: Json = {"status": "ok", "response": {"type": "default"}}
USED_UP: Json = {
    "status": "err",
    "response": "Too many cumulative requests sent (10001 > 10000) for cumulative volume traded "
    "$0. Place taker orders to free up 1 request per USDC traded.",
}


def shared(redis: Redis) -> SharedBudget:
    return shared_budget(redis, ADDRESS)


def taken(redis: Redis) -> int:
    tokens = redis.hget(KEY, "tokens")
    return 0 if tokens is None else round(BURST - float(tokens))


@pytest.fixture
def venue(scripted_venue: ScriptedVenue, redis: Redis) -> HyperliquidIntegration:
    return HyperliquidIntegration(
        url=scripted_venue.url,
        account=ADDRESS,
        credentials=CREDENTIALS,
        timeout=2.0,
        clock=lambda: NOW,
        budget=shared(redis),
        published=lambda: INSTRUMENTS,
    )


def fills(count: int) -> list[Json]:
    return [
        {
            "coin": "BTC",
            "px": "1",
            "sz": "1",
            "side": "B",
            "time": 1,
            "startPosition": "0",
            "closedPnl": "0",
            "oid": number,
            "tid": number,
            "crossed": True,
            "fee": "0",
            "feeToken": "USDC",
        }
        for number in range(count)
    ]


ACCOUNT: Json = {
    "assetPositions": [],
    "marginSummary": {"accountValue": "0.0"},
    "withdrawable": "0.0",
}
RATE_LIMIT: Json = {"nRequestsUsed": 7, "nRequestsCap": 10_000, "nRequestsSurplus": 500}
ANSWERS: dict[str, Json] = {
    "metaAndAssetCtxs": [META, [{}] * 4],
    "l2Book": {"levels": [[], []]},
    "clearinghouseState": ACCOUNT,
    "orderStatus": {"status": "unknownOid"},
    "frontendOpenOrders": [],
    "userFillsByTime": fills(45),
    "userRole": {"role": "user"},
    "userAbstraction": "default",
    "userRateLimit": RATE_LIMIT,
}


@pytest.mark.parametrize(
    ("ask", "weight"),
    [
        (lambda venue: venue.quotes(), 20),
        (lambda venue: venue.quote("BTC"), 2),
        (lambda venue: venue.account(), 2),
        (lambda venue: venue.order(CLOID), 2),
        (lambda venue: venue.open_orders(), 20),
        (lambda venue: venue.fills(NOW), 22),
        (lambda venue: venue.role(ADDRESS), 60),
        (lambda venue: venue.abstraction(ADDRESS), 20),
        (lambda venue: venue.request_use(), 20),
        (lambda venue: venue.instruments(), 0),
        (lambda venue: venue.requests_left(), 0),
    ],
)
def test_each_query_takes_its_weight(
    scripted_venue: ScriptedVenue,
    venue: HyperliquidIntegration,
    redis: Redis,
    ask: Callable[[HyperliquidIntegration], object],
    weight: int,
) -> None:
    scripted_venue.behaviour = answer_queries(**ANSWERS)
    ask(venue)
    assert taken(redis) == weight


def test_each_action_takes_its_weight_and_its_requests(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration, redis: Redis
) -> None:
    counter = RequestCounter(redis, ADDRESS)
    counter.record(RequestUse(0, 10_000))
    scripted_venue.behaviour = reply_json(OK)
    orders = [limit_order(cloid=f"0x{number:032x}") for number in range(80)]
    venue.send_orders(venue.compose_orders(orders), NONCE, NOW)
    assert (taken(redis), counter.use()) == (3, RequestUse(80, 10_000))
    venue.send_cancel(venue.compose_cancel([("BTC", CLOID)]), NONCE, NOW)
    assert (taken(redis), counter.use()) == (4, RequestUse(81, 10_000))


def test_an_admitted_action_takes_no_more_when_it_is_sent_but_its_copies_do(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration, redis: Redis
) -> None:
    counter = RequestCounter(redis, ADDRESS)
    counter.record(RequestUse(0, 10_000))
    scripted_venue.behaviour = reply_json(OK)
    entry = venue.compose_orders([limit_order()])
    nonce = venue.admit(entry, NOW)
    assert (taken(redis), counter.use()) == (1, RequestUse(1, 10_000))
    venue.send_orders(entry, nonce, NOW)
    assert (taken(redis), counter.use()) == (1, RequestUse(1, 10_000))
    venue.send_orders(entry, nonce, NOW)
    assert (taken(redis), counter.use()) == (2, RequestUse(2, 10_000))


def test_an_admission_is_not_used_for_another_action(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration, redis: Redis
) -> None:
    scripted_venue.behaviour = reply_json(OK)
    entry = venue.compose_orders([limit_order()])
    nonce = venue.admit(entry, NOW)
    venue.fence(nonce + 1, NOW)
    assert taken(redis) == 2


def test_the_venues_count_of_requests_is_taken_over_when_due(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    scripted_venue.behaviour = answer_queries(**ANSWERS)
    assert venue.requests_left() is None
    venue.refresh_request_use()
    venue.refresh_request_use()
    assert venue.requests_left() == 10_493
    assert len(scripted_venue.received) == 1


@pytest.mark.parametrize(
    ("action", "by_read", "by_urgent"),
    [
        ({"type": "cancelByCloid", "cancels": [{}]}, Priority.URGENT, Priority.URGENT),
        ({"type": "noop"}, Priority.URGENT, Priority.URGENT),
        ({"type": "order", "orders": [{"r": True}, {"r": True}]},) + (Priority.URGENT,) * 2,
        ({"type": "order", "orders": [{"r": True}, {"r": False}]}, Priority.ENTRY, Priority.URGENT),
        ({"type": "updateLeverage"}, Priority.ENTRY, Priority.URGENT),
    ],
)
def test_priority_of_an_action(
    action: dict[str, Json], by_read: Priority, by_urgent: Priority
) -> None:
    assert action_priority(action, Priority.READ) is by_read
    assert action_priority(action, Priority.ENTRY) is by_read
    assert action_priority(action, Priority.URGENT) is by_urgent


def test_composed_protection_is_urgent(venue: HyperliquidIntegration) -> None:
    assert action_priority(venue.compose_orders([stop_order()]), Priority.READ) is Priority.URGENT
    assert action_priority(venue.compose_orders([limit_order()]), Priority.READ) is Priority.ENTRY


def test_when_it_is_short_nothing_is_sent_but_the_urgent(
    scripted_venue: ScriptedVenue, redis: Redis
) -> None:
    WeightBucket(redis, 1200).take(BURST)
    scripted_venue.behaviour = reply_json(OK)
    client = BudgetedInfo(scripted_venue.url, 2.0, shared(redis), Priority.READ)
    for payload in (QUERY, ENTRY):
        with pytest.raises(BudgetExhausted):
            client.post("/exchange", payload)
    assert scripted_venue.received == []
    for payload in (CANCEL, EXIT, NOOP):
        assert client.post("/exchange", payload) == OK
    assert len(scripted_venue.received) == 3


def first(behaviour: Behaviour, then: Behaviour) -> Behaviour:
    def behave(handler: Handler) -> None:
        (behaviour if len(handler.server.received) == 1 else then)(handler)

    return behave


@pytest.mark.parametrize("payload", [QUERY, ENTRY])
def test_a_429_backs_all_processes_off(
    scripted_venue: ScriptedVenue, redis: Redis, payload: Json
) -> None:
    scripted_venue.behaviour = first(TOO_MANY, then=reply_json(OK))
    one, another = (
        BudgetedInfo(scripted_venue.url, 2.0, shared(redis), Priority.READ) for _ in range(2)
    )
    with pytest.raises(BudgetExhausted, match="429"):
        one.post("/exchange", payload)
    with pytest.raises(BudgetExhausted):
        another.post("/info", QUERY)
    assert len(scripted_venue.received) == 1
    assert another.post("/exchange", CANCEL) == OK


@pytest.mark.parametrize(
    ("payload", "priority"),
    [(CANCEL, Priority.READ), (EXIT, Priority.READ), (QUERY, Priority.URGENT)],
)
def test_an_urgent_request_that_met_a_429_is_sent_once_more(
    scripted_venue: ScriptedVenue, redis: Redis, payload: Json, priority: Priority
) -> None:
    pauses: list[float] = []
    scripted_venue.behaviour = first(TOO_MANY, then=reply_json(OK))
    client = BudgetedInfo(scripted_venue.url, 2.0, shared(redis), priority, pauses.append)
    assert client.post("/exchange", payload) == OK
    (pause,) = pauses
    assert RETRY_PAUSE_SECONDS[0] <= pause <= RETRY_PAUSE_SECONDS[1]
    bodies = [body for _, body in scripted_venue.received]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


def test_an_urgent_request_is_not_sent_a_third_time(
    scripted_venue: ScriptedVenue, redis: Redis
) -> None:
    scripted_venue.behaviour = TOO_MANY
    client = BudgetedInfo(
        scripted_venue.url, 2.0, shared(redis), Priority.READ, lambda _seconds: None
    )
    with pytest.raises(BudgetExhausted):
        client.post("/exchange", CANCEL)
    assert len(scripted_venue.received) == 2


def test_any_other_failure_is_sent_once(scripted_venue: ScriptedVenue, redis: Redis) -> None:
    scripted_venue.behaviour = reply(500, "null")
    client = BudgetedInfo(scripted_venue.url, 2.0, shared(redis), Priority.READ)
    with pytest.raises(HttpStatusError, match="500"):
        client.post("/exchange", CANCEL)
    assert len(scripted_venue.received) == 1


def test_an_exhausted_address_is_told_to_all(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration, redis: Redis
) -> None:
    scripted_venue.behaviour = reply_json(USED_UP)
    entry = venue.compose_orders([limit_order()])
    for _ in range(2):
        with pytest.raises(VenueUnavailable):
            venue.send_orders(entry, NONCE, NOW)
    assert len(scripted_venue.received) == 1
    assert shared(redis).use() == RequestUse(10_001, 10_000)
    scripted_venue.behaviour = reply_json(OK)
    venue.send_orders(venue.compose_orders([stop_order()]), NONCE, NOW)
    venue.send_cancel(venue.compose_cancel([("BTC", CLOID)]), NONCE, NOW)
    assert len(scripted_venue.received) == 3


def test_what_is_neither_query_nor_action_is_a_mistake_of_ours(
    scripted_venue: ScriptedVenue,
) -> None:
    client = BudgetedInfo(scripted_venue.url, 2.0, Unlimited(), Priority.READ)
    with pytest.raises(ValueError, match="neither a query nor an action"):
        client.post("/info", {"typo": "meta"})
