"""The websocket's own protocol, spoken frame by frame."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.local_exchange.controls import Controls
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    Client,
    limit_order,
    now_ms,
    order_action,
    signed_request,
)

TIMEOUT_SECONDS = 10


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def send(self, message: object) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self._connection.send(text)

    def receive(self) -> Any:
        return json.loads(self._connection.recv(TIMEOUT_SECONDS))

    def ask(self, message: object) -> Any:
        self.send(message)
        return self.receive()

    def subscribe(self, **subscription: Any) -> Any:
        return self.ask({"method": "subscribe", "subscription": subscription})


@pytest.fixture
def socket(exchange_server: str) -> Iterator[Socket]:
    url = exchange_server.replace("http", "ws", 1) + "/ws"
    with connect(url, compression=None) as connection:
        yield Socket(connection)


def test_ping(socket: Socket) -> None:
    assert socket.ask({"method": "ping"}) == {"channel": "pong"}


@pytest.mark.parametrize(
    ("asked", "confirmed"),
    [
        ({"type": "allMids"}, {"type": "allMids", "dex": ""}),
        ({"type": "bbo", "coin": "BTC"}, {"type": "bbo", "coin": "BTC"}),
        (
            {"type": "l2Book", "coin": "BTC"},
            {"type": "l2Book", "coin": "BTC", "nSigFigs": None, "mantissa": None, "fast": False},
        ),
        (
            {"type": "candle", "coin": "BTC", "interval": "1h"},
            {"type": "candle", "coin": "BTC", "interval": "1h"},
        ),
        (
            {"type": "userFills", "user": ADDRESS.upper().replace("X", "x")},
            {"type": "userFills", "user": ADDRESS, "aggregateByTime": False},
        ),
        ({"type": "orderUpdates", "user": ADDRESS}, {"type": "orderUpdates", "user": ADDRESS}),
    ],
)
def test_subscription_is_confirmed_with_its_defaults(
    socket: Socket, asked: dict[str, Any], confirmed: dict[str, Any]
) -> None:
    assert socket.subscribe(**asked) == {
        "channel": "subscriptionResponse",
        "data": {"method": "subscribe", "subscription": confirmed},
    }


def test_subscribing_twice_is_an_error(socket: Socket) -> None:
    socket.subscribe(type="orderUpdates", user=ADDRESS)
    again = socket.subscribe(type="orderUpdates", user=ADDRESS)
    assert again["channel"] == "error"
    text = '{"type":"orderUpdates","user":"' + ADDRESS + '"}'
    assert again["data"] == f"Already subscribed: {text}"


def test_unsubscribing(socket: Socket) -> None:
    subscription = {"type": "trades", "coin": "ETH"}
    unsubscribe = {"method": "unsubscribe", "subscription": subscription}
    socket.subscribe(**subscription)
    assert socket.ask(unsubscribe) == {"channel": "subscriptionResponse", "data": unsubscribe}
    again = socket.ask(unsubscribe)
    assert (again["channel"], again["data"][:21]) == ("error", "Already unsubscribed:")


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"method": "shout"}', '{"method": "subscribe", "subscription": {"type": "x"}}'],
)
def test_nonsense_is_an_error(socket: Socket, text: str) -> None:
    assert socket.ask(text) == {
        "channel": "error",
        "data": f"Error parsing JSON into valid websocket request: {text}",
    }


@pytest.mark.parametrize(
    "subscription",
    [
        {"type": "bbo", "coin": "NOPE"},
        {"type": "l2Book", "coin": "NOPE"},
        {"type": "trades", "coin": "NOPE"},
        {"type": "candle", "coin": "NOPE", "interval": "1m"},
    ],
)
def test_unknown_coin_drops_the_socket(socket: Socket, subscription: dict[str, Any]) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        socket.subscribe(**subscription)
    assert closed.value.rcvd is None


def test_posted_query(socket: Socket) -> None:
    answer = socket.ask(
        {
            "method": "post",
            "id": 7,
            "request": {"type": "info", "payload": {"type": "allMids"}},
        }
    )
    assert answer["channel"] == "post"
    assert answer["data"]["id"] == 7
    response = answer["data"]["response"]
    assert (response["type"], response["payload"]["type"]) == ("info", "allMids")
    assert response["payload"]["data"]["ETH"] == "3000.0"


def test_posted_action(socket: Socket, controls: Controls) -> None:
    controls.deposit(ADDRESS)
    request = signed_request(order_action(limit_order(1, price="2000")), now_ms())
    post = {"method": "post", "id": 8, "request": {"type": "action", "payload": request}}
    response = socket.ask(post)["data"]["response"]
    assert response["type"] == "action"
    (status,) = response["payload"]["response"]["data"]["statuses"]
    assert status["resting"]["oid"] == controls.ledger_orders()[0]["oid"]


@pytest.mark.parametrize("kind", ["info", "action"])
def test_posted_nonsense(socket: Socket, kind: str) -> None:
    post = {"method": "post", "id": 9, "request": {"type": kind, "payload": {"type": "x"}}}
    assert socket.ask(post)["data"] == {
        "id": 9,
        "response": {
            "type": "error",
            "payload": "Failed to deserialize the JSON body into the target type",
        },
    }


def test_fills_before_the_subscription_come_as_a_snapshot(
    socket: Socket, exchange_server: str, controls: Controls
) -> None:
    controls.deposit(ADDRESS)
    client = Client(exchange_server)
    buy = limit_order(1, price="3100", size="0.1", tif="Ioc")
    (first,) = client.order(buy)
    socket.subscribe(type="userFills", user=ADDRESS)
    snapshot = socket.receive()["data"]
    assert snapshot["isSnapshot"] is True
    assert [fill["oid"] for fill in snapshot["fills"]] == [first["filled"]["oid"]]
    (second,) = client.order(buy)
    client.close()
    news = socket.receive()["data"]
    assert "isSnapshot" not in news
    assert [fill["oid"] for fill in news["fills"]] == [second["filled"]["oid"]]


def test_best_prices_come_only_when_they_change(socket: Socket, controls: Controls) -> None:
    controls.set_depth("ETH", [["2990", "1"], ["2980", "1"]], [["3010", "1"]])
    socket.subscribe(type="bbo", coin="ETH")
    socket.receive()
    controls.set_depth("ETH", [["2991", "1"], ["2980", "1"]], [["3010", "1"]])
    assert socket.receive()["data"]["bbo"][0]["px"] == "2991.0"
    controls.set_depth("ETH", [["2991", "1"], ["2970", "1"]], [["3010", "1"]])
    controls.set_depth("ETH", [["2992", "1"], ["2970", "1"]], [["3010", "1"]])
    assert socket.receive()["data"]["bbo"][0]["px"] == "2992.0"


def test_fast_book_has_five_levels(socket: Socket) -> None:
    socket.subscribe(type="l2Book", coin="ETH", fast=True)
    assert [len(side) for side in socket.receive()["data"]["levels"]] == [5, 5]
