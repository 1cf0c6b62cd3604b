"""Orders and agents that the venue ends by itself."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from eth_account import Account
from websockets.sync.client import ClientConnection, connect

from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls
from tests.local_exchange.faults.conftest import Ask
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    CLOID,
    Client,
    limit_order,
    order_action,
    signed_approval,
    signed_request,
)

ORDER = limit_order(1, price="2000", cloid=CLOID)
STATUSES = ["marginCanceled", "selfTradeCanceled", "reduceOnlyCanceled", "liquidatedCanceled"]


@pytest.fixture
def socket(exchange_server: str) -> Iterator[ClientConnection]:
    url = exchange_server.replace("http", "ws", 1) + "/ws"
    with connect(url, compression=None) as connection:
        for kind in ("orderUpdates", "userEvents"):
            subscription = {"type": kind, "user": ADDRESS}
            connection.send(json.dumps({"method": "subscribe", "subscription": subscription}))
            connection.recv(TIMEOUT_SECONDS)
        yield connection


def receive(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(TIMEOUT_SECONDS))


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("by", ["oid", "cloid"])
def test_order_ended(
    client: Client, controls: Controls, ask: Ask, socket: ClientConnection, status: str, by: str
) -> None:
    oid = client.order(ORDER)[0]["resting"]["oid"]
    receive(socket)
    controls.end_order(status, **{by: {"oid": oid, "cloid": CLOID}[by]})
    update = receive(socket)
    assert update["channel"] == "orderUpdates"
    assert [(each["order"]["oid"], each["status"]) for each in update["data"]] == [(oid, status)]
    if status != "reduceOnlyCanceled":
        cancel = {"nonUserCancel": [{"coin": "ETH", "oid": oid}]}
        assert receive(socket) == {"channel": "user", "data": cancel}
    assert ask("openOrders", user=ADDRESS) == []
    assert ask("orderStatus", user=ADDRESS, oid=oid)["order"]["status"] == status
    assert [order["status"] for order in controls.ledger_orders()] == [status]


def test_children_of_an_ended_parent_are_cancelled(client: Client, controls: Controls) -> None:
    stop = {"trigger": {"isMarket": True, "triggerPx": "1900", "tpsl": "sl"}}
    child = {**limit_order(1, False, "1900", reduce_only=True), "t": stop}
    client.order(ORDER, child, grouping="normalTpsl")
    controls.end_order("marginCanceled", cloid=CLOID)
    assert [order["status"] for order in controls.ledger_orders()] == ["marginCanceled", "canceled"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"status": "marginCanceled", "oid": 1}, "0 working orders are known as 1"),
        ({"status": "marginCanceled"}, "give either the oid or the cloid"),
        ({"status": "marginCanceled", "oid": 1, "cloid": CLOID}, "give either the oid or"),
        ({"status": "filled", "cloid": CLOID}, "cannot end an order with filled: choose one of"),
        ({"status": "gone", "cloid": CLOID}, "status"),
    ],
)
def test_order_that_cannot_be_ended(
    exchange_server: str, client: Client, body: dict[str, Any], reason: str
) -> None:
    client.order(ORDER)
    url = f"{exchange_server}/_local/end_order"
    answer = requests.post(url, json=body, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 400
    assert reason in answer.text


def test_a_cloid_that_is_not_one_order_is_refused(
    exchange_server: str, client: Client, controls: Controls
) -> None:
    other = Account.create()
    controls.deposit(other.address)
    client.order(ORDER)
    client.act(order_action(ORDER), wallet=other)
    body = {"status": "marginCanceled", "cloid": CLOID}
    url = f"{exchange_server}/_local/end_order"
    answer = requests.post(url, json=body, timeout=TIMEOUT_SECONDS)
    assert (answer.status_code, answer.text.startswith("2 working orders")) == (400, True)


def test_agent_expired(client: Client, controls: Controls, ask: Ask) -> None:
    agent = Account.create()
    address = agent.address.lower()
    client.post(signed_approval(address, client.next_nonce(), "desk"))
    assert client.act({"type": "noop"}, wallet=agent)["status"] == "ok"
    controls.expire_agent(address)
    request = signed_request(order_action(ORDER), client.next_nonce(), agent)
    missing = f"User or API Wallet {address} does not exist."
    assert client.post(request) == {"status": "err", "response": missing}
    assert ask("userRole", user=address) == {"role": "missing"}
    assert ask("extraAgents", user=ADDRESS) == []
    client.post(signed_approval(address, client.next_nonce(), "desk"))
    assert client.post(request)["status"] == "ok", "its nonce was not used up"


def test_nobody_is_no_agent(exchange_server: str) -> None:
    url = f"{exchange_server}/_local/expire_agent"
    answer = requests.post(url, json={"address": ADDRESS}, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 400
    assert answer.text == f"{ADDRESS} is no valid agent: approve it first"
