"""Websockets that end, fall silent, lose, double or swap messages."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls
from tests.local_exchange.wire.signing_client import ADDRESS, CLOID, Client, limit_order

TAKER = limit_order(1, price="3100", tif="Ioc", size="0.1")
MAKER = limit_order(1, price="2000", cloid=CLOID)
QUIET_SECONDS = 0.3


@contextlib.contextmanager
def opened(url: str) -> Iterator[ClientConnection]:
    with connect(url.replace("http", "ws", 1) + "/ws", compression=None) as connection:
        yield connection


@pytest.fixture
def socket(exchange_server: str) -> Iterator[ClientConnection]:
    with opened(exchange_server) as connection:
        yield connection


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def receive(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(TIMEOUT_SECONDS))


def subscribe(socket: ClientConnection, kind: str) -> None:
    say(socket, method="subscribe", subscription={"type": kind, "user": ADDRESS})
    assert receive(socket)["channel"] == "subscriptionResponse"
    if kind == "userFills":
        assert receive(socket)["data"]["isSnapshot"]


def ping(socket: ClientConnection) -> Any:
    say(socket, method="ping")
    return receive(socket)


def expect_cut(socket: ClientConnection) -> None:
    """The connection ends without a closing frame."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(TIMEOUT_SECONDS)
    assert closed.value.rcvd is None


class TestClosed:
    def test_at_once(
        self, exchange_server: str, socket: ClientConnection, controls: Controls
    ) -> None:
        ping(socket)
        controls.set_fault("socket_closed", count=1)
        expect_cut(socket)
        with opened(exchange_server) as another:
            assert ping(another) == {"channel": "pong"}

    def test_every_one_until_deleted(
        self, exchange_server: str, socket: ClientConnection, controls: Controls
    ) -> None:
        ping(socket)
        controls.set_fault("socket_closed")
        expect_cut(socket)
        with opened(exchange_server) as another:
            say(another, method="ping")
            expect_cut(another)
        controls.clear_faults()
        with opened(exchange_server) as another:
            assert ping(another) == {"channel": "pong"}

    def test_on_a_message_of_a_channel(
        self, socket: ClientConnection, controls: Controls, client: Client
    ) -> None:
        controls.set_fault("socket_closed", channels=["orderUpdates"], count=1)
        subscribe(socket, "orderUpdates")
        assert ping(socket) == {"channel": "pong"}
        client.order(MAKER)
        expect_cut(socket)

    def test_later(self, socket: ClientConnection, controls: Controls) -> None:
        controls.set_fault("socket_closed", starts_after_ms=60_000)
        assert ping(socket) == {"channel": "pong"}


class TestSilent:
    def test_stays_silent_and_open(
        self, exchange_server: str, socket: ClientConnection, controls: Controls, client: Client
    ) -> None:
        subscribe(socket, "orderUpdates")
        controls.set_fault("socket_silent", count=1)
        client.order(MAKER)
        say(socket, method="ping")
        controls.clear_faults()
        client.order(MAKER)
        with pytest.raises(TimeoutError):
            socket.recv(QUIET_SECONDS)
        assert socket.ping().wait(TIMEOUT_SECONDS), "the connection itself lives"
        with opened(exchange_server) as another:
            assert ping(another) == {"channel": "pong"}

    def test_from_a_message_on(
        self, socket: ClientConnection, controls: Controls, client: Client
    ) -> None:
        controls.set_fault("socket_silent", channels=["orderUpdates"], skip=1)
        subscribe(socket, "orderUpdates")
        client.order(MAKER)
        assert receive(socket)["channel"] == "orderUpdates"
        client.order(MAKER)
        say(socket, method="ping")
        with pytest.raises(TimeoutError):
            socket.recv(QUIET_SECONDS)


def test_gap(socket: ClientConnection, controls: Controls, client: Client) -> None:
    subscribe(socket, "orderUpdates")
    controls.set_fault("message_lost", channels=["orderUpdates"], skip=1, count=2)
    oids = [client.order(MAKER)[0]["resting"]["oid"] for _ in range(4)]
    assert ping_after_updates(socket) == [oids[0], oids[3]]


def ping_after_updates(socket: ClientConnection) -> list[int]:
    """The oids of the updates that came before the answer to a ping."""
    say(socket, method="ping")
    oids: list[int] = []
    while (message := receive(socket)) != {"channel": "pong"}:
        oids += [update["order"]["oid"] for update in message["data"]]
    return oids


@pytest.mark.parametrize(("kind", "channel"), [("userFills", "userFills"), ("userEvents", "user")])
def test_duplicated_fill(
    socket: ClientConnection, controls: Controls, client: Client, kind: str, channel: str
) -> None:
    controls.set_fault("fill_duplicated", count=1)
    subscribe(socket, kind)
    for _ in range(2):
        client.order(TAKER)
    messages = [receive(socket) for _ in range(3)]
    assert {message["channel"] for message in messages} == {channel}
    tids = [fill["tid"] for message in messages for fill in message["data"]["fills"]]
    true = [fill["tid"] for fill in controls.ledger_fills()]
    assert tids == [true[0], true[0], true[1]]
    assert ping(socket) == {"channel": "pong"}


class TestReorderedUpdates:
    def test_within_a_message_and_between_two(
        self, socket: ClientConnection, controls: Controls, client: Client
    ) -> None:
        subscribe(socket, "orderUpdates")
        controls.set_fault("updates_reordered", count=1, hold_ms=60_000)
        oids = [each["resting"]["oid"] for each in client.order(MAKER, MAKER)]
        (last,) = client.order(MAKER)
        assert ping_after_updates(socket) == [last["resting"]["oid"], oids[1], oids[0]]

    def test_alone_it_is_late(
        self, socket: ClientConnection, controls: Controls, client: Client
    ) -> None:
        subscribe(socket, "orderUpdates")
        controls.set_fault("updates_reordered", count=1, hold_ms=200)
        (status,) = client.order(MAKER)
        assert ping(socket) == {"channel": "pong"}
        (update,) = receive(socket)["data"]
        assert update["order"]["oid"] == status["resting"]["oid"]

    def test_pairs_are_swapped(
        self, socket: ClientConnection, controls: Controls, client: Client
    ) -> None:
        subscribe(socket, "orderUpdates")
        controls.set_fault("updates_reordered", hold_ms=60_000)
        oids = [client.order(MAKER)[0]["resting"]["oid"] for _ in range(4)]
        assert ping_after_updates(socket) == [oids[1], oids[0], oids[3], oids[2]]
