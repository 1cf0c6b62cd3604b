"""Admission and answers of POST /exchange, against a running exchange."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from eth_account import Account

from tests.local_exchange.controls import Controls
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    CLOID,
    Client,
    limit_order,
    now_ms,
    order_action,
    signed_approval,
    signed_request,
)

TIMEOUT_SECONDS = 10
ETH = 1
DEFAULT = {"status": "ok", "response": {"type": "default"}}
AGENT = Account.from_key("0x" + "11" * 32)
STRANGER = Account.from_key("0x" + "22" * 32)
MISSING_ORDER = "Order was never placed, already canceled, or filled. asset=1"

BUY = limit_order(ETH, price="2000", size="1")


def refused(text: str) -> dict[str, Any]:
    return {"status": "err", "response": text}


@pytest.fixture
def client(exchange_server: str, controls: Controls) -> Iterator[Client]:
    controls.deposit(ADDRESS)
    sender = Client(exchange_server)
    yield sender
    sender.close()


def test_unknown_signer_does_not_exist(client: Client) -> None:
    address = STRANGER.address.lower()
    assert client.act({"type": "noop"}, wallet=STRANGER) == refused(
        f"User or API Wallet {address} does not exist."
    )


def test_wrong_signature_names_the_address_it_recovered(client: Client) -> None:
    request = signed_request({"type": "noop"}, client.nonce)
    answers = [client.post(request | {"nonce": client.nonce + step})["response"] for step in (1, 2)]
    assert all(answer.startswith("User or API Wallet 0x") for answer in answers)
    assert answers[0] != answers[1]


def test_impossible_signature(client: Client) -> None:
    request = signed_request({"type": "noop"}, client.nonce)
    request["signature"]["r"] = "0x0"
    assert client.post(request) == refused("Unable to recover signer.")


def test_vault_is_not_registered_and_spends_no_nonce(client: Client) -> None:
    vault = STRANGER.address.lower()
    answer = client.act({"type": "noop"}, vault=vault)
    assert answer == refused(f"Vault not registered: {vault}")
    assert client.post(signed_request({"type": "noop"}, client.nonce)) == DEFAULT


def test_same_bytes_twice_count_once(client: Client, controls: Controls) -> None:
    request = signed_request(order_action(BUY), client.nonce)
    assert client.post(request)["status"] == "ok"
    assert client.post(request) == refused(f"Invalid nonce: duplicate nonce {client.nonce}")
    assert len(controls.ledger_orders()) == 1


@pytest.mark.parametrize(
    ("days", "text"), [(-3, "Invalid nonce: nonce too low"), (2, "Invalid nonce: nonce too high")]
)
def test_nonce_outside_the_window(client: Client, days: int, text: str) -> None:
    client.nonce += days * 86_400_000
    answer = client.act({"type": "noop"})
    assert answer["status"] == "err"
    assert answer["response"].startswith(f"{text} {client.nonce} ")


def test_noop_kills_a_request_that_has_not_arrived(client: Client, controls: Controls) -> None:
    late = signed_request(order_action(BUY), client.nonce)
    assert client.post(signed_request({"type": "noop"}, client.nonce)) == DEFAULT
    assert client.post(late) == refused(f"Invalid nonce: duplicate nonce {client.nonce}")
    assert controls.ledger_orders() == []


def test_expired_request_spends_its_nonce(client: Client) -> None:
    expired = signed_request(order_action(BUY), client.nonce, expires_after=now_ms() - 1)
    assert client.post(expired) == refused("Action already expired")
    assert client.post(expired) == refused(f"Invalid nonce: duplicate nonce {client.nonce}")


def test_request_before_its_expiry_is_executed(client: Client) -> None:
    assert client.act(order_action(BUY), expires_after=now_ms() + 60_000)["status"] == "ok"


def test_refused_schema_spends_no_nonce(client: Client, exchange_server: str) -> None:
    request = signed_request(order_action(BUY | {"p": "1e3"}), client.nonce)
    answer = requests.post(f"{exchange_server}/exchange", json=request, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 422
    assert client.post(signed_request({"type": "noop"}, client.nonce)) == DEFAULT


def test_more_than_two_hundred_items_are_too_heavy(client: Client) -> None:
    cancel = {"a": ETH, "o": 1}
    heavy = {"type": "cancel", "cancels": [cancel] * 201}
    assert client.act(heavy) == refused("Signed action over weight limit of 200.")
    assert client.act({"type": "cancel", "cancels": [cancel] * 200})["status"] == "ok"


def test_every_order_has_its_status_in_order(client: Client) -> None:
    resting, filled, rejected = client.order(
        BUY | {"c": CLOID},
        limit_order(ETH, price="3100", size="0.1", tif="Ioc"),
        limit_order(ETH, price="2000", size="0.1", tif="Ioc"),
    )
    assert set(resting) == {"resting"}
    assert resting["resting"]["cloid"] == CLOID
    assert set(filled["filled"]) == {"totalSz", "avgPx", "oid"}
    assert filled["filled"]["totalSz"] == "0.1"
    assert rejected["error"].startswith(
        "Order could not immediately match against any resting orders."
    )


def test_gtc_that_fills_in_part_is_filled_and_rests(
    client: Client, controls: Controls, exchange_server: str
) -> None:
    controls.set_depth("ETH", [["2990", "1"]], [["3010", "0.4"]])
    (status,) = client.order(limit_order(ETH, price="3010", size="1"))
    assert status["filled"]["totalSz"] == "0.4"
    (order,) = open_orders(exchange_server)
    assert (order["oid"], order["sz"], order["origSz"]) == (status["filled"]["oid"], "0.6", "1.0")


def open_orders(url: str) -> list[dict[str, Any]]:
    query = {"type": "openOrders", "user": ADDRESS}
    orders: list[dict[str, Any]] = requests.post(
        f"{url}/info", json=query, timeout=TIMEOUT_SECONDS
    ).json()
    return orders


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"p": "2000.123"}, "Price must be divisible by tick size."),
        ({"s": "0.001"}, "Order must have minimum value of $10."),
        ({"s": "1000"}, "Insufficient margin to place order."),
        ({"r": True}, "Reduce only order would increase position."),
        ({"p": "3100", "t": {"limit": {"tif": "Alo"}}}, "Post only order would have immediately"),
    ],
)
def test_rejection_is_in_the_venues_words(
    client: Client, changes: dict[str, Any], error: str
) -> None:
    (status,) = client.order(BUY | changes)
    assert status["error"].startswith(error)


def test_one_error_stands_for_an_empty_batch(client: Client) -> None:
    (status,) = client.order()
    assert set(status) == {"error"}


def test_builder_must_be_approved(client: Client) -> None:
    action = order_action(BUY) | {"builder": {"b": STRANGER.address.lower(), "f": 10}}
    assert client.act(action) == refused("Builder fee has not been approved.")


@pytest.mark.parametrize("fast", [False, True])
def test_cancel_by_oid(client: Client, fast: bool) -> None:
    oid = client.order(BUY)[0]["resting"]["oid"]
    action = {"type": "cancel", "cancels": [{"a": ETH, "o": oid}] * 2}
    answer = client.act(action | ({"f": True} if fast else {}))
    assert answer["response"] == {
        "type": "cancel",
        "data": {"statuses": ["success", {"error": MISSING_ORDER}]},
    }


def test_cancel_by_cloid_in_any_case(client: Client) -> None:
    client.order(BUY | {"c": CLOID})
    request = signed_request(
        {"type": "cancelByCloid", "cancels": [{"asset": ETH, "cloid": CLOID}]}, now_ms() + 1000
    )
    request["action"]["cancels"][0]["cloid"] = CLOID.upper().replace("X", "x")
    assert client.post(request)["response"]["data"]["statuses"] == ["success"]


def test_single_modify_answers_without_the_oid(client: Client, exchange_server: str) -> None:
    oid = client.order(BUY)[0]["resting"]["oid"]
    changed = BUY | {"p": "2100"}
    assert client.act({"type": "modify", "oid": oid, "order": changed}) == DEFAULT
    (order,) = open_orders(exchange_server)
    assert order["limitPx"] == "2100.0"
    assert order["oid"] != oid


def test_single_modify_of_a_missing_order(client: Client) -> None:
    assert client.act({"type": "modify", "oid": 1, "order": BUY}) == refused(
        "Cannot modify canceled or filled order"
    )


def test_batch_modify_answers_like_orders(client: Client) -> None:
    oid = client.order(BUY)[0]["resting"]["oid"]
    modifies = [{"oid": oid, "order": BUY | {"p": "2100"}}, {"oid": 1, "order": BUY}]
    answer = client.act({"type": "batchModify", "modifies": modifies})
    assert answer["response"]["type"] == "order"
    done, missing = answer["response"]["data"]["statuses"]
    assert set(done) == {"resting"}
    assert missing["error"].startswith("Cannot modify canceled or filled order")


def test_agent_acts_for_its_master(client: Client, controls: Controls) -> None:
    agent = AGENT.address.lower()
    assert client.post(signed_approval(agent, client.nonce, "bot")) == DEFAULT
    assert client.act(order_action(BUY), wallet=AGENT)["status"] == "ok"
    (accepted,) = controls.ledger_orders()
    assert (accepted["user"], accepted["signer"]) == (ADDRESS, agent)
    assert accepted["nonce"] == client.nonce


def test_agent_and_master_have_nonces_of_their_own(client: Client) -> None:
    client.post(signed_approval(AGENT.address.lower(), client.nonce))
    client.act({"type": "noop"}, wallet=AGENT)
    assert client.post(signed_request({"type": "noop"}, client.nonce)) == DEFAULT


def test_agent_cannot_approve_agents(client: Client) -> None:
    agent = AGENT.address.lower()
    client.post(signed_approval(agent, client.nonce))
    answer = client.post(signed_approval(STRANGER.address.lower(), client.nonce + 1, wallet=AGENT))
    assert answer == refused(f"Must deposit before performing actions. User: {agent}")


def test_approval_nonce_must_be_the_envelopes(client: Client) -> None:
    approval = signed_approval(AGENT.address.lower(), client.nonce)
    assert client.post(approval | {"nonce": client.nonce + 1}) == refused("Nonce mismatch.")


def test_requests_are_counted(client: Client, exchange_server: str) -> None:
    client.order(BUY, BUY)
    client.act({"type": "noop"})
    query = {"type": "userRateLimit", "user": ADDRESS}
    limit = requests.post(f"{exchange_server}/info", json=query, timeout=TIMEOUT_SECONDS).json()
    assert (limit["nRequestsUsed"], limit["nRequestsCap"]) == (3, 10_000)
