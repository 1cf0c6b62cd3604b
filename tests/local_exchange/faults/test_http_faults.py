"""Requests and replies that are lost, late or replaced; the ledger says what was committed."""

import errno
import itertools
from typing import Any

import pytest
import requests
from eth_account import Account

from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls
from tests.local_exchange.faults.conftest import Ask
from tests.local_exchange.faults.waiting import wait_until
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    Client,
    limit_order,
    now_ms,
    order_action,
    signed_approval,
    signed_request,
)

ORDER = limit_order(1, price="2000")
IMPATIENT_SECONDS = 0.3
NONCES = itertools.count(now_ms() + 60_000)
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def signed_order() -> dict[str, Any]:
    return signed_request(order_action(ORDER), next(NONCES))


def post(url: str, request: dict[str, Any], timeout: float = TIMEOUT_SECONDS) -> requests.Response:
    return requests.post(f"{url}/exchange", json=request, timeout=timeout)


def is_duplicate(url: str, request: dict[str, Any]) -> bool:
    """Whether the same bytes are refused because they landed before."""
    answer = post(url, request).json()
    text = f"Invalid nonce: duplicate nonce {request['nonce']}"
    return bool(answer == {"status": "err", "response": text})


def reset_errno(error: BaseException | None) -> int | None:
    """The errno of the OSError at the bottom of a client's error."""
    while error is not None:
        if isinstance(error, ConnectionResetError):
            return error.errno
        error = error.__cause__ or error.__context__
    return None


@pytest.mark.usefixtures("client")
class TestLostOnTheWay:
    @pytest.mark.parametrize("ending", ["close", "reset"])
    def test_request_dropped(self, exchange_server: str, controls: Controls, ending: str) -> None:
        controls.set_fault("request_dropped", ending=ending, count=1)
        request = signed_order()
        with pytest.raises(requests.ConnectionError):
            post(exchange_server, request)
        assert controls.ledger_orders() == []
        assert not is_duplicate(exchange_server, request)
        assert len(controls.ledger_orders()) == 1

    @pytest.mark.parametrize("ending", ["close", "reset"])
    def test_reply_dropped(self, exchange_server: str, controls: Controls, ending: str) -> None:
        controls.set_fault("reply_dropped", ending=ending, count=1)
        request = signed_order()
        with pytest.raises(requests.ConnectionError):
            post(exchange_server, request)
        assert len(controls.ledger_orders()) == 1
        assert is_duplicate(exchange_server, request)
        assert len(controls.ledger_orders()) == 1

    @pytest.mark.parametrize(("kind", "orders"), [("request_dropped", 0), ("reply_dropped", 1)])
    def test_reset_is_a_reset(
        self, exchange_server: str, controls: Controls, kind: str, orders: int
    ) -> None:
        controls.set_fault(kind, ending="reset")
        with pytest.raises(requests.ConnectionError) as failed:
            post(exchange_server, signed_order())
        assert reset_errno(failed.value) == errno.ECONNRESET
        assert len(controls.ledger_orders()) == orders

    @pytest.mark.parametrize(("kind", "orders"), [("request_dropped", 0), ("reply_dropped", 1)])
    def test_hanging_connection(
        self, exchange_server: str, controls: Controls, kind: str, orders: int
    ) -> None:
        controls.set_fault(kind, ending="hang")
        with pytest.raises(requests.ReadTimeout):
            post(exchange_server, signed_order(), IMPATIENT_SECONDS)
        assert len(controls.ledger_orders()) == orders

    def test_hanging_connection_ends(self, exchange_server: str, controls: Controls) -> None:
        controls.set_fault("request_dropped", ending="hang", hang_ms=10)
        with pytest.raises(requests.ConnectionError):
            post(exchange_server, signed_order())


@pytest.mark.usefixtures("client")
class TestLate:
    def test_request_delayed(self, exchange_server: str, controls: Controls) -> None:
        controls.set_fault("delayed", moment="before_commit", min_ms=800, max_ms=800)
        request = signed_order()
        with pytest.raises(requests.ReadTimeout):
            post(exchange_server, request, IMPATIENT_SECONDS)
        assert controls.ledger_orders() == []
        wait_until(lambda: len(controls.ledger_orders()) == 1)
        controls.clear_faults()
        assert is_duplicate(exchange_server, request)

    def test_reply_delayed(self, exchange_server: str, controls: Controls) -> None:
        controls.set_fault("delayed", moment="after_commit", min_ms=60_000, max_ms=60_000)
        with pytest.raises(requests.ReadTimeout):
            post(exchange_server, signed_order(), IMPATIENT_SECONDS)
        assert len(controls.ledger_orders()) == 1

    def test_delay_is_at_least_the_least(self, exchange_server: str, controls: Controls) -> None:
        controls.set_fault("delayed", min_ms=150, max_ms=160)
        answer = post(exchange_server, signed_order())
        assert answer.elapsed.total_seconds() >= 0.15
        assert answer.json()["status"] == "ok"


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("terms", "content_type", "text", "orders"),
    [
        ({"status": 429}, "application/json", "null", 0),
        ({"status": 500}, "text/html", PAGE.format("500 Internal Server Error"), 0),
        ({"status": 502}, "text/html", PAGE.format("502 Bad Gateway"), 0),
        (
            {"status": 502, "moment": "after_commit"},
            "text/html",
            PAGE.format("502 Bad Gateway"),
            1,
        ),
    ],
)
def test_http_error(
    exchange_server: str,
    controls: Controls,
    terms: dict[str, Any],
    content_type: str,
    text: str,
    orders: int,
) -> None:
    controls.set_fault("http_error", **terms)
    answer = post(exchange_server, signed_order())
    assert (answer.status_code, answer.text) == (terms["status"], text)
    assert answer.headers["Content-Type"].partition(";")[0] == content_type
    assert len(controls.ledger_orders()) == orders


class TestWeightLimit:
    def test_requests_beyond_it_are_refused(
        self, exchange_server: str, controls: Controls, client: Client, ask: Ask
    ) -> None:
        controls.set_fault("weight_limit", limit=5)
        for _ in range(2):
            ask("orderStatus", user=ADDRESS, oid=1)
        client.act({"type": "noop"})
        answer = post(exchange_server, signed_order())
        assert (answer.status_code, answer.text) == (429, "null")
        assert controls.ledger_orders() == []
        controls.clear_faults()
        assert post(exchange_server, signed_order()).status_code == 200

    def test_long_answers_weigh_more(
        self, exchange_server: str, controls: Controls, client: Client
    ) -> None:
        client.order(*[limit_order(1, price="3100", tif="Ioc", size="0.01")] * 40)
        controls.set_fault("weight_limit", limit=23)
        body = {"type": "userFills", "user": ADDRESS}
        answers = [
            requests.post(f"{exchange_server}/info", json=body, timeout=TIMEOUT_SECONDS)
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [200, 429]
        small = {"type": "orderStatus", "user": ADDRESS, "oid": 1}
        answer = requests.post(f"{exchange_server}/info", json=small, timeout=TIMEOUT_SECONDS)
        assert answer.status_code == 429, "20 + 2 for 40 fills leaves 1"


class TestScope:
    def fails(self, exchange_server: str, path: str, body: dict[str, Any]) -> bool:
        answer = requests.post(f"{exchange_server}/{path}", json=body, timeout=TIMEOUT_SECONDS)
        return answer.status_code == 500

    @pytest.mark.usefixtures("client")
    @pytest.mark.parametrize(
        ("scope", "fails"),
        [
            ({}, True),
            ({"surface": "exchange"}, True),
            ({"surface": "info"}, False),
            ({"types": ["cancel", "order"]}, True),
            ({"types": ["cancel"]}, False),
            ({"user": ADDRESS}, True),
            ({"user": "0x" + "1" * 40}, False),
        ],
    )
    def test_of_an_action(
        self, exchange_server: str, controls: Controls, scope: dict[str, Any], fails: bool
    ) -> None:
        controls.set_fault("http_error", status=500, scope=scope)
        assert self.fails(exchange_server, "exchange", signed_order()) is fails

    @pytest.mark.parametrize(
        ("scope", "fails"),
        [
            ({}, True),
            ({"surface": "exchange"}, False),
            ({"types": ["orderStatus"]}, True),
            ({"types": ["userFills", "order"]}, False),
            ({"user": ADDRESS.upper().replace("X", "x")}, True),
            ({"user": "0x" + "1" * 40}, False),
        ],
    )
    def test_of_a_query(
        self, exchange_server: str, controls: Controls, scope: dict[str, Any], fails: bool
    ) -> None:
        controls.set_fault("http_error", status=500, scope=scope)
        query = {"type": "orderStatus", "user": ADDRESS, "oid": 1}
        assert self.fails(exchange_server, "info", query) is fails

    def test_user_is_the_account_that_an_agent_acts_for(
        self, exchange_server: str, controls: Controls, client: Client
    ) -> None:
        agent = Account.create()
        client.post(signed_approval(agent.address.lower(), client.next_nonce()))
        controls.set_fault("http_error", status=500, scope={"user": ADDRESS})
        request = signed_request(order_action(ORDER), now_ms(), agent)
        assert self.fails(exchange_server, "exchange", request)

    def test_the_same_bytes_are_still_in_it(
        self, exchange_server: str, controls: Controls, client: Client
    ) -> None:
        request = signed_order()
        client.post(request)
        controls.set_fault("http_error", status=500, scope={"user": ADDRESS})
        assert self.fails(exchange_server, "exchange", request)

    def test_what_cannot_be_read_is_in_no_type(
        self, exchange_server: str, controls: Controls
    ) -> None:
        controls.set_fault("http_error", status=500, scope={"types": ["order"]})
        assert not self.fails(exchange_server, "exchange", {})
        controls.set_fault("http_error", status=500)
        assert self.fails(exchange_server, "exchange", {})


def test_the_controls_are_never_disturbed(controls: Controls) -> None:
    controls.set_fault("request_dropped")
    assert controls.ledger_orders() == []
