"""The HTTP surface: what is refused below the protocol, and the local controls."""

import json
from typing import Any

import pytest
import requests

from tests.local_exchange.controls import Controls
from tests.local_exchange.wire.signing_client import ADDRESS

TIMEOUT_SECONDS = 10
JSON_HEADERS = {"Content-Type": "application/json"}
UNPROCESSABLE = "Failed to deserialize the JSON body into the target type"


def post(
    url: str, path: str, body: str, headers: dict[str, str] = JSON_HEADERS
) -> requests.Response:
    return requests.post(url + path, data=body, headers=headers, timeout=TIMEOUT_SECONDS)


def ask(url: str, **query: Any) -> Any:
    answer = post(url, "/info", json.dumps(query))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", ["/exchange", "/info"])
@pytest.mark.parametrize(
    ("body", "headers", "status", "text"),
    [
        ("{", JSON_HEADERS, 400, "Failed to parse the request body as JSON"),
        (
            "{}",
            {"Content-Type": "text/plain"},
            415,
            "Expected request with `Content-Type: application/json`",
        ),
        ("{}", {}, 415, "Expected request with `Content-Type: application/json`"),
        ("{}", JSON_HEADERS, 422, UNPROCESSABLE),
        ('{"type": "weather"}', JSON_HEADERS, 422, UNPROCESSABLE),
        ("[]", JSON_HEADERS, 422, UNPROCESSABLE),
    ],
)
def test_malformed_request_is_refused(
    exchange_server: str, path: str, body: str, headers: dict[str, str], status: int, text: str
) -> None:
    answer = post(exchange_server, path, body, headers)
    assert (answer.status_code, answer.text) == (status, text)


@pytest.mark.parametrize(
    "query",
    [
        {"type": "clearinghouseState"},
        {"type": "clearinghouseState", "user": "0x12"},
        {"type": "candleSnapshot", "coin": "BTC"},
        {"type": "candleSnapshot", "req": {"coin": "BTC", "interval": "7m", "startTime": 0}},
        {"type": "l2Book", "coin": "BTC", "nSigFigs": 9},
        {"type": "l2Book", "coin": "BTC", "nSigFigs": 3, "mantissa": 2},
        {"type": "userFills", "user": ADDRESS, "aggregateByTime": True},
        {"type": "meta", "surprise": 1},
    ],
)
def test_malformed_query_is_unprocessable(exchange_server: str, query: dict[str, Any]) -> None:
    answer = post(exchange_server, "/info", json.dumps(query))
    assert (answer.status_code, answer.text) == (422, UNPROCESSABLE)


@pytest.mark.parametrize(
    "query",
    [
        {"type": "meta", "dex": ""},
        {"type": "meta", "dex": None},
        {"type": "allMids", "surprise": None},
        {"type": "l2Book", "coin": "BTC", "nSigFigs": None, "mantissa": None},
        {"type": "l2Book", "coin": "BTC", "nSigFigs": 5, "mantissa": 2},
        {"type": "userFillsByTime", "user": ADDRESS, "startTime": 0, "endTime": None},
    ],
)
def test_null_counts_as_absent(exchange_server: str, query: dict[str, Any]) -> None:
    assert ask(exchange_server, **query) is not None


def test_another_dex_is_not_listed(exchange_server: str) -> None:
    answer = post(exchange_server, "/info", '{"type": "meta", "dex": "xyz"}')
    assert (answer.status_code, answer.text) == (500, "null")


@pytest.mark.parametrize(
    "query",
    [
        {"type": "l2Book", "coin": "NOPE"},
        {"type": "recentTrades", "coin": "NOPE"},
        {
            "type": "candleSnapshot",
            "req": {"coin": "NOPE", "interval": "1m", "startTime": 0},
        },
    ],
)
def test_unknown_coin_is_null(exchange_server: str, query: dict[str, Any]) -> None:
    assert ask(exchange_server, **query) is None


def test_unknown_order_and_user(exchange_server: str) -> None:
    assert ask(exchange_server, type="orderStatus", user=ADDRESS, oid=1) == {"status": "unknownOid"}
    assert ask(exchange_server, type="userRole", user=ADDRESS) == {"role": "missing"}
    assert ask(exchange_server, type="openOrders", user=ADDRESS) == []


def test_universe(exchange_server: str) -> None:
    meta = ask(exchange_server, type="meta")
    assert meta["universe"][0]["name"] == "BTC"
    assert set(meta) == {"universe", "marginTables", "collateralToken"}
    spot = ask(exchange_server, type="spotMeta")
    assert [pair["index"] for pair in spot["universe"]] == [0, 107]
    perp_meta, contexts = ask(exchange_server, type="metaAndAssetCtxs")
    assert perp_meta == meta
    assert len(contexts) == len(meta["universe"])
    assert ask(exchange_server, type="perpDexs") == [None]


def test_health(exchange_server: str) -> None:
    answer = requests.get(exchange_server + "/_local/health", timeout=TIMEOUT_SECONDS)
    assert answer.json() == {"status": "ok"}


def test_deposit_opens_an_account(exchange_server: str, controls: Controls) -> None:
    controls.deposit(ADDRESS.upper().replace("X", "x"), "1234.5")
    assert ask(exchange_server, type="userRole", user=ADDRESS) == {"role": "user"}
    state = ask(exchange_server, type="clearinghouseState", user=ADDRESS)
    assert state["marginSummary"]["accountValue"] == "1234.5"
    assert state["withdrawable"] == "1234.5"


def test_market_moves_at_once(exchange_server: str, controls: Controls) -> None:
    controls.set_mid("ETH", "2500")
    assert ask(exchange_server, type="allMids")["ETH"] == "2500.0"


def test_depth_is_fixed_and_restored(exchange_server: str, controls: Controls) -> None:
    controls.set_depth("ETH", [["2990", "1"]], [["3010", "2"], ["3020", "3"]])
    book = ask(exchange_server, type="l2Book", coin="ETH")
    assert book["levels"] == [
        [{"px": "2990.0", "sz": "1.0", "n": 1}],
        [{"px": "3010.0", "sz": "2.0", "n": 1}, {"px": "3020.0", "sz": "3.0", "n": 1}],
    ]
    assert post(exchange_server, "/_local/depth", '{"coin": "ETH"}').ok
    assert len(ask(exchange_server, type="l2Book", coin="ETH")["levels"][0]) == 20


@pytest.mark.parametrize(
    ("control", "body", "reason"),
    [
        ("deposit", {"address": ADDRESS}, "usdc"),
        ("deposit", {"address": "0x1", "usdc": "1"}, "address"),
        ("deposit", {"address": ADDRESS, "usdc": "-1"}, "-1"),
        ("deposit", {"address": ADDRESS, "usdc": 1.5}, "1.5"),
        ("market", {"coin": "NOPE", "mid": "1"}, "NOPE"),
        ("market", {"coin": "BTC", "mid": "0"}, "0"),
        ("depth", {"coin": "BTC", "bids": []}, "both bids and asks"),
        ("depth", {"coin": "NOPE"}, "NOPE"),
    ],
)
def test_wrong_control_says_why(
    exchange_server: str, control: str, body: dict[str, Any], reason: str
) -> None:
    answer = post(exchange_server, f"/_local/{control}", json.dumps(body))
    assert answer.status_code == 400
    assert reason in answer.text
