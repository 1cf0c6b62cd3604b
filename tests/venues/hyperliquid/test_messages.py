"""Messages of the websocket: understood, or named."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from trader.venues.hyperliquid.messages import (
    AccountNews,
    BestPrices,
    Confirmed,
    FillNews,
    MarkAndMid,
    Message,
    Mids,
    OrderNews,
    Pong,
    Unrecognised,
    parse_message,
)
from trader.venues.hyperliquid.subscriptions import (
    ALL_MIDS,
    Channel,
    Subscription,
    account_channels,
    best_prices,
    request,
)
from trader.venues.hyperliquid.unfamiliar import unfamiliar_fields
from trader.venues.orders import VenueOrderState

ACCOUNT = "0x" + "ab" * 20
CLOID = "0x000000000000000000000000000000A1"
ORDER = {
    "coin": "BTC",
    "side": "B",
    "limitPx": "60000.0",
    "sz": "0.3",
    "oid": 7,
    "timestamp": 1_700_000_000_000,
    "origSz": "0.5",
    "cloid": CLOID,
}
UPDATE = {"order": ORDER, "status": "open", "statusTimestamp": 1_700_000_001_000}
FILL = {
    "coin": "BTC",
    "px": "60000.0",
    "sz": "0.2",
    "side": "B",
    "time": 1_700_000_001_000,
    "startPosition": "0.0",
    "dir": "Open Long",
    "closedPnl": "0.0",
    "hash": "0x0",
    "oid": 7,
    "crossed": True,
    "fee": "5.4",
    "tid": 11,
    "feeToken": "USDC",
    "twapId": None,
    "cloid": CLOID,
}


def parsed(channel: str, data: Any) -> Message:
    return parse_message(json.dumps({"channel": channel, "data": data}), ACCOUNT)


@pytest.mark.parametrize(
    ("channel", "data", "message"),
    [
        (
            "allMids",
            {"mids": {"BTC": "60000.5", "@107": "0.0"}},
            Mids({"BTC": Decimal("60000.5")}),
        ),
        (
            "bbo",
            {
                "coin": "BTC",
                "time": 1,
                "bbo": [{"px": "1.0", "sz": "2", "n": 1}, {"px": "3", "sz": "2", "n": 1}],
            },
            BestPrices("BTC", Decimal(1), Decimal(3)),
        ),
        (
            "bbo",
            {"coin": "BTC", "time": 1, "bbo": [None, {"px": "3", "sz": "2", "n": 1}]},
            BestPrices("BTC", None, Decimal(3)),
        ),
        (
            "activeAssetCtx",
            {"coin": "BTC", "ctx": {"markPx": "2.5", "midPx": None, "funding": "0.1"}},
            MarkAndMid("BTC", Decimal("2.5"), None),
        ),
        ("user", {"funding": {"coin": "BTC"}}, AccountNews(frozenset({"funding"}))),
        ("user", {"liquidation": {"lid": 1}}, AccountNews(frozenset({"liquidation"}))),
        ("pong", None, Pong()),
        (
            "subscriptionResponse",
            {"method": "subscribe", "subscription": {"type": "bbo", "coin": "BTC"}},
            Confirmed(best_prices("BTC")),
        ),
        (
            "subscriptionResponse",
            {"method": "subscribe", "subscription": {"type": "allMids", "dex": ""}},
            Confirmed(ALL_MIDS),
        ),
        (
            "subscriptionResponse",
            {
                "method": "subscribe",
                "subscription": {
                    "type": "userFills",
                    "user": ACCOUNT.upper().replace("X", "x"),
                    "aggregateByTime": False,
                },
            },
            Confirmed(Subscription(Channel.USER_FILLS, user=ACCOUNT)),
        ),
        (
            "subscriptionResponse",
            {"method": "unsubscribe", "subscription": {"type": "bbo", "coin": "BTC"}},
            Pong(),
        ),
        ("error", "Already subscribed: x", Unrecognised("error", "'Already subscribed: x'")),
        ("tomorrow", {"a": 1}, Unrecognised("tomorrow", "{'a': 1}")),
    ],
)
def test_each_channel(channel: str, data: Any, message: Message) -> None:
    assert parsed(channel, data) == message


def test_order_updates() -> None:
    rejected = UPDATE | {"status": "badAloPxRejected"}
    strange = UPDATE | {"status": "sleeping"}
    message = parsed("orderUpdates", [UPDATE, rejected, strange])
    assert isinstance(message, OrderNews)
    assert [report.state for report in message.reports] == [
        VenueOrderState.OPEN,
        VenueOrderState.REJECTED,
        VenueOrderState.UNRECOGNISED,
    ]
    first = message.reports[0]
    assert (first.cloid, first.order_id) == (CLOID.lower(), 7)
    assert (first.original_size, first.remaining_size) == (Decimal("0.5"), Decimal("0.3"))
    assert first.reported_at == datetime.fromtimestamp(1_700_000_001, UTC)


@pytest.mark.parametrize(("flag", "is_snapshot"), [({}, False), ({"isSnapshot": True}, True)])
def test_fills(flag: dict[str, bool], is_snapshot: bool) -> None:
    message = parsed("userFills", {"user": ACCOUNT, "fills": [FILL], **flag})
    assert isinstance(message, FillNews)
    assert message.is_snapshot is is_snapshot
    (fill,) = message.fills
    assert (fill.trade_id, fill.cloid, fill.size) == (11, CLOID.lower(), Decimal("0.2"))


@pytest.mark.parametrize(
    ("text", "channel", "what"),
    [
        ("", "?", "Invalid JSON"),
        ("[]", "?", "the whole: Input should be an object"),
        ('{"data": 1}', "?", "channel: Field required"),
        (json.dumps({"channel": "bbo", "data": {"coin": "BTC"}}), "bbo", "bbo: Field required"),
        (
            json.dumps({"channel": "orderUpdates", "data": [UPDATE | {"order": {}}]}),
            "orderUpdates",
            "order.coin: Field required",
        ),
        (
            json.dumps({"channel": "userFills", "data": {"fills": [FILL | {"px": "NaN"}]}}),
            "userFills",
            "fills.0.px",
        ),
        (json.dumps({"channel": "allMids", "data": None}), "allMids", "valid dictionary"),
    ],
)
def test_what_is_not_understood_is_named(text: str, channel: str, what: str) -> None:
    message = parse_message(text, ACCOUNT)
    assert isinstance(message, Unrecognised)
    assert message.channel == channel
    assert what in message.what


@pytest.mark.parametrize(
    ("channel", "data", "names"),
    [
        ("orderUpdates", [UPDATE], set()),
        ("orderUpdates", [UPDATE | {"mood": 1}], {"mood"}),
        ("orderUpdates", [UPDATE, UPDATE | {"order": ORDER | {"hue": 2}}], {"hue"}),
        ("userFills", {"fills": [FILL, FILL | {"builderFee": "1", "aura": 3}]}, {"aura"}),
        ("bbo", {"coin": "BTC", "whatever": 1}, set()),
    ],
)
def test_fields_that_the_venue_has_added(channel: str, data: Any, names: set[str]) -> None:
    assert unfamiliar_fields(json.dumps({"channel": channel, "data": data})) == names


def test_requests_name_what_they_are_about() -> None:
    asked = [json.loads(request("subscribe", one)) for one in account_channels(ACCOUNT.upper())]
    assert {one["subscription"]["type"] for one in asked} == {
        "orderUpdates",
        "userFills",
        "userEvents",
    }
    assert {one["subscription"]["user"] for one in asked} == {ACCOUNT}
    assert json.loads(request("unsubscribe", best_prices("BTC"))) == {
        "method": "unsubscribe",
        "subscription": {"type": "bbo", "coin": "BTC"},
    }
    assert json.loads(request("subscribe", ALL_MIDS))["subscription"] == {"type": "allMids"}
