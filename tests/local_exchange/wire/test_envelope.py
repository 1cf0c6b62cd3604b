"""What is accepted as a request, and that only its meaning is hashed, not its spelling."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hyperliquid.utils import signing

from local_exchange.wire.envelope import (
    NotJsonError,
    RequestRefusedError,
    WrongContentTypeError,
    check_content_type,
    parse_envelope,
    recovered_address,
)
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    CLOID,
    WALLET,
    limit_order,
    order_action,
    signed_approval,
    signed_request,
)

NONCE = 1_700_000_000_000
VAULT = "0x1719884eb866cb12b2287399b15f7db5e7d775ea"
AGENT = "0x5E9EE1089755C3435139848E47E6635505D5A13A"

TRIGGER_ORDER = limit_order(cloid=CLOID) | {
    "t": {"trigger": {"isMarket": True, "triggerPx": "103.5", "tpsl": "sl"}}
}

ACTIONS = [
    order_action(limit_order()),
    order_action(limit_order(tif="Alo", cloid=CLOID), TRIGGER_ORDER, grouping="normalTpsl"),
    order_action(limit_order()) | {"builder": {"b": VAULT, "f": 10}},
    {"type": "cancel", "cancels": [{"a": 0, "o": 7}, {"a": 1, "o": 8}]},
    {"type": "cancel", "cancels": [{"a": 0, "o": 7}], "f": True},
    {"type": "cancelByCloid", "cancels": [{"asset": 0, "cloid": CLOID}]},
    {"type": "modify", "oid": 7, "order": limit_order(cloid=CLOID)},
    {"type": "modify", "oid": CLOID, "order": limit_order(), "a": True},
    {"type": "batchModify", "modifies": [{"oid": 7, "order": limit_order()}]},
    {"type": "scheduleCancel"},
    {"type": "scheduleCancel", "time": NONCE},
    {"type": "updateLeverage", "asset": 3, "isCross": False, "leverage": 5},
    {"type": "updateIsolatedMargin", "asset": 3, "isBuy": True, "ntli": -5_000_000},
    {"type": "noop"},
]


def signer_of(request: dict[str, Any]) -> str:
    return recovered_address(parse_envelope(json.dumps(request).encode()))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action["type"])
@pytest.mark.parametrize(
    ("vault", "expires_after"), [(None, None), (VAULT, None), (None, NONCE + 1), (VAULT, NONCE)]
)
def test_every_action_recovers_its_signer(
    action: dict[str, Any], vault: str | None, expires_after: int | None
) -> None:
    request = signed_request(action, NONCE, vault=vault, expires_after=expires_after)
    assert signer_of(request) == ADDRESS


@pytest.mark.parametrize("name", [None, "bot", "bot valid_until 1700000000000"])
def test_agent_approval_recovers_its_signer(name: str | None) -> None:
    assert signer_of(signed_approval(AGENT, NONCE, name)) == ADDRESS


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(item) for key, item in reversed(value.items())}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


def with_order(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def respell(request: dict[str, Any]) -> dict[str, Any]:
        changed = copy.deepcopy(request)
        changed["action"]["orders"][0].update(changes)
        return changed

    return respell


def without_nulls(request: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in request.items() if value is not None}


@pytest.mark.parametrize(
    "respell",
    [
        reversed_keys,
        without_nulls,
        with_order(p="0100.500"),
        with_order(s="1.000000000"),
        with_order(c=CLOID.upper().replace("X", "x")),
    ],
)
def test_another_spelling_of_the_same_order_recovers_the_same_signer(
    respell: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    request = signed_request(order_action(limit_order(price="100.5", cloid=CLOID)), NONCE)
    assert signer_of(respell(request)) == ADDRESS


@pytest.mark.parametrize(
    "action",
    [
        order_action(limit_order(price="100.50")),
        order_action(limit_order(cloid=CLOID.upper().replace("X", "x"))),
        {"type": "cancel", "cancels": [{"a": 0, "o": 7}], "f": False},
        {"cancels": [{"a": 0, "o": 7}], "type": "cancel"},
    ],
)
def test_signing_what_is_not_canonical_recovers_a_stranger(action: dict[str, Any]) -> None:
    assert signer_of(signed_request(action, NONCE)) != ADDRESS


def test_a_signature_for_mainnet_recovers_a_stranger() -> None:
    action = {"type": "noop"}
    signature = signing.sign_l1_action(WALLET, action, None, NONCE, None, True)
    assert signer_of(signed_request(action, NONCE) | {"signature": signature}) != ADDRESS


def test_an_approval_of_another_agent_recovers_a_stranger() -> None:
    approval = signed_approval(AGENT, NONCE)
    approval["action"]["agentAddress"] = VAULT
    assert signer_of(approval) != ADDRESS


VALID = signed_request(order_action(limit_order()), NONCE)


def changed(**fields: Any) -> dict[str, Any]:
    return VALID | fields


def changed_order(**fields: Any) -> dict[str, Any]:
    return changed(action=order_action(limit_order() | fields))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([], id="not an object"),
        pytest.param({}, id="empty"),
        pytest.param(changed(action={"type": "twistOrder"}), id="unknown type"),
        pytest.param(changed(action={}), id="no type"),
        pytest.param(changed(nonce="1"), id="nonce as a string"),
        pytest.param(changed(nonce=-1), id="negative nonce"),
        pytest.param(changed(nonce=1.5), id="fractional nonce"),
        pytest.param(changed(signature={"r": "0x1", "s": "0x1"}), id="no v"),
        pytest.param(changed(signature={"r": "1", "s": "0x1", "v": 27}), id="r not hex"),
        pytest.param(changed(vaultAddress="0x12"), id="short vault address"),
        pytest.param(changed(surprise=1), id="unknown envelope field"),
        pytest.param(
            signed_approval(AGENT, NONCE) | {"expiresAfter": NONCE}, id="user-signed with expiry"
        ),
        pytest.param(changed_order(p=100), id="number for a price"),
        pytest.param(changed_order(p="1e3"), id="scientific notation"),
        pytest.param(changed_order(p="1.000000001"), id="ninth decimal"),
        pytest.param(changed_order(p="NaN"), id="not a number"),
        pytest.param(changed_order(p="١"), id="non-ascii digit"),
        pytest.param(changed_order(p=""), id="empty price"),
        pytest.param(changed_order(s="-1"), id="negative size"),
        pytest.param(changed_order(b="true"), id="text for a side"),
        pytest.param(changed_order(a=True), id="boolean for an asset"),
        pytest.param(changed_order(a=-1), id="negative asset"),
        pytest.param(changed_order(c="0x12"), id="short cloid"),
        pytest.param(changed_order(c="0x" + "g" * 32), id="cloid not hex"),
        pytest.param(changed_order(t={"limit": {"tif": "Fok"}}), id="unknown tif"),
        pytest.param(changed_order(t={}), id="no order type"),
        pytest.param(changed_order(z=1), id="unknown order field"),
        pytest.param(changed(action=order_action(grouping="oco")), id="unknown grouping"),
    ],
)
def test_wrong_schema_is_unprocessable(body: Any) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        parse_envelope(json.dumps(body).encode())
    assert refused.value.status == 422
    assert refused.value.text == "Failed to deserialize the JSON body into the target type"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"{'a': 1}"])
def test_invalid_json_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(NotJsonError) as refused:
        parse_envelope(body)
    assert refused.value.status == 400
    assert refused.value.text == "Failed to parse the request body as JSON"


def test_content_type_must_be_json() -> None:
    check_content_type("application/json")
    with pytest.raises(WrongContentTypeError) as refused:
        check_content_type("text/plain")
    assert refused.value.status == 415
    assert refused.value.text == "Expected request with `Content-Type: application/json`"
