"""What the venue refuses, hides, or has wrong; what is refused leaves nothing but a used nonce."""

from typing import Any

import pytest

from tests.local_exchange.controls import Controls
from tests.local_exchange.faults.conftest import Ask
from tests.local_exchange.faults.waiting import wait_until
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    CLOID,
    Client,
    limit_order,
    now_ms,
    order_action,
    signed_request,
)

ORDER = limit_order(1, price="2000", cloid=CLOID)
MAKER = limit_order(1, price="2000", tif="Alo")
TAKER = limit_order(1, price="3100", tif="Ioc", size="0.1")
OTHER = "0x" + "1" * 40
HOUR_MS = 3_600_000
CANCEL = {"type": "cancelByCloid", "cancels": [{"asset": 1, "cloid": CLOID}]}
NOOP = {"type": "noop"}
MODIFY = {"type": "modify", "oid": CLOID, "order": ORDER}
BATCH_MODIFY = {"type": "batchModify", "modifies": [{"oid": CLOID, "order": ORDER}]}
POST_ONLY = "Only post-only orders allowed immediately after a network upgrade"


def refused(text: str) -> dict[str, Any]:
    return {"status": "err", "response": text}


def batch_refused(kind: str, text: str) -> dict[str, Any]:
    return {"status": "ok", "response": {"type": kind, "data": {"statuses": [{"error": text}]}}}


class TestRefusedActions:
    @pytest.mark.parametrize(
        ("kind", "action", "answer"),
        [
            ("batch_refused", order_action(ORDER, ORDER), batch_refused("order", "No.")),
            ("batch_refused", BATCH_MODIFY, batch_refused("order", "No.")),
            ("batch_refused", CANCEL, batch_refused("cancel", "No.")),
            ("batch_refused", NOOP, refused("No.")),
            ("action_refused", order_action(ORDER, ORDER), refused("No.")),
            ("action_refused", CANCEL, refused("No.")),
        ],
    )
    def test_answer(
        self, client: Client, controls: Controls, kind: str, action: Any, answer: Any
    ) -> None:
        controls.set_fault(kind, text="No.")
        assert client.act(action) == answer
        assert controls.ledger_orders() == []

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            ("batch_refused", "Order price cannot be more than 80% away from the reference price"),
            ("action_refused", "Trading is halted."),
        ],
    )
    def test_text_and_nonce(self, client: Client, controls: Controls, kind: str, text: str) -> None:
        controls.set_fault(kind, count=1, scope={"types": ["order"], "user": ADDRESS})
        assert client.act(NOOP)["status"] == "ok"
        request = signed_request(order_action(ORDER), client.next_nonce())
        assert text in str(client.post(request))
        duplicate = f"Invalid nonce: duplicate nonce {request['nonce']}"
        assert client.post(request) == refused(duplicate)
        assert controls.ledger_orders() == []
        assert "resting" in client.order(ORDER)[0]


class TestPostOnlyWindow:
    @pytest.mark.parametrize(
        ("action", "answer"),
        [
            (order_action(ORDER), batch_refused("order", POST_ONLY)),
            (order_action(MAKER, ORDER), batch_refused("order", POST_ONLY)),
            (order_action(TAKER), batch_refused("order", POST_ONLY)),
            (MODIFY, refused(POST_ONLY)),
            (BATCH_MODIFY, batch_refused("order", POST_ONLY)),
        ],
    )
    def test_refuses_what_may_take(
        self, client: Client, controls: Controls, action: Any, answer: Any
    ) -> None:
        controls.set_fault("post_only_window")
        assert client.act(action) == answer
        assert controls.ledger_orders() == []

    def test_lets_makers_and_cancels_pass(self, client: Client, controls: Controls) -> None:
        client.order(ORDER)
        controls.set_fault("post_only_window")
        assert "resting" in client.order(MAKER)[0]
        assert client.act(CANCEL)["response"]["data"]["statuses"] == ["success"]

    def test_ends(self, client: Client, controls: Controls) -> None:
        controls.set_fault("post_only_window", ends_after_ms=300)
        assert client.order(ORDER) == [{"error": POST_ONLY}]
        wait_until(lambda: "resting" in client.order(ORDER)[0])


class TestAddressBudget:
    def test_refuses_beyond_it(self, client: Client, controls: Controls) -> None:
        controls.set_fault("address_budget", user=ADDRESS, buffer=1)
        assert client.act(NOOP)["status"] == "ok"
        assert client.act(order_action(ORDER)) == refused(
            "Too many cumulative requests sent (2 > 1) for cumulative volume traded $0. "
            "Place taker orders to free up 1 request per USDC traded."
        )
        assert controls.ledger_orders() == []

    def test_trading_frees_requests(self, client: Client, controls: Controls, ask: Ask) -> None:
        client.order(TAKER)
        (fill,) = controls.ledger_fills()
        volume = float(fill["px"]) * float(fill["sz"])
        controls.set_fault("address_budget")
        limit = ask("userRateLimit", user=ADDRESS)
        assert (limit["nRequestsUsed"], limit["nRequestsCap"]) == (1, int(volume))
        assert client.act(NOOP)["status"] == "ok"

    def test_cancels_have_more(self, client: Client, controls: Controls) -> None:
        client.order(ORDER)
        controls.set_fault("address_budget", buffer=1)
        assert client.act(NOOP)["status"] == "err"
        assert client.act(CANCEL)["response"]["data"]["statuses"] == ["success"]
        assert client.act(CANCEL)["status"] == "err"

    def test_one_passes_now_and_then(self, client: Client, controls: Controls) -> None:
        controls.set_fault("address_budget", free_every_ms=200)
        assert client.act(NOOP)["status"] == "err"
        wait_until(lambda: client.act(NOOP)["status"] == "ok")
        assert client.act(NOOP)["status"] == "err"

    def test_is_of_one_address(self, client: Client, controls: Controls, ask: Ask) -> None:
        controls.set_fault("address_budget", user=OTHER)
        assert client.act(NOOP)["status"] == "ok"
        assert ask("userRateLimit", user=ADDRESS)["nRequestsCap"] == 10_000


def test_schedule_cancel_gate(client: Client, controls: Controls) -> None:
    arm = {"type": "scheduleCancel", "time": now_ms() + HOUR_MS}
    assert client.act(arm)["status"] == "ok"
    client.order(TAKER)
    fault = controls.set_fault("schedule_cancel_gate")
    for action in (arm, {"type": "scheduleCancel"}):
        answer = client.act(action)
        text = "Cannot set scheduled cancel time until enough volume traded. Required: $1000000. "
        assert answer["response"].startswith(text + "Traded: $300.")
    controls.clear_faults(fault)
    controls.set_fault("schedule_cancel_gate", volume=300)
    assert client.act(arm)["status"] == "ok"


class TestCloidHidden:
    def status(self, ask: Ask, key: int | str) -> Any:
        return ask("orderStatus", user=ADDRESS, oid=key)["status"]

    def test_until_it_is_seen(self, client: Client, controls: Controls, ask: Ask) -> None:
        controls.set_fault("cloid_hidden", min_ms=600, max_ms=700)
        (status,) = client.order(ORDER)
        assert self.status(ask, CLOID) == "unknownOid"
        assert self.status(ask, status["resting"]["oid"]) == "order"
        assert len(ask("openOrders", user=ADDRESS)) == len(controls.ledger_orders()) == 1
        wait_until(lambda: self.status(ask, CLOID) == "order")
        (order,) = controls.ledger_orders()
        assert now_ms() - order["time"] >= 600

    def test_of_another_user_only(self, client: Client, controls: Controls, ask: Ask) -> None:
        controls.set_fault("cloid_hidden", user=OTHER)
        client.order(ORDER)
        assert self.status(ask, CLOID) == "order"


class TestOrderForgotten:
    @pytest.fixture
    def oid(self, client: Client) -> int:
        (status,) = client.order(TAKER | {"c": CLOID})
        return int(status["filled"]["oid"])

    def status(self, ask: Ask, key: int | str) -> Any:
        return ask("orderStatus", user=ADDRESS, oid=key)["status"]

    @pytest.mark.parametrize("terms", [{}, {"cloid": CLOID}, {"user": ADDRESS}])
    def test_its_fills_stay(
        self, controls: Controls, ask: Ask, oid: int, terms: dict[str, Any]
    ) -> None:
        controls.set_fault("order_forgotten", **terms)
        assert [self.status(ask, key) for key in (oid, CLOID)] == ["unknownOid"] * 2
        assert [fill["oid"] for fill in ask("userFills", user=ADDRESS)] == [oid]

    @pytest.mark.parametrize(
        "terms", [{"oid": 1}, {"user": OTHER}, {"cloid": "0x" + "0" * 32}, {"after_ms": HOUR_MS}]
    )
    def test_others_stay_known(
        self, controls: Controls, ask: Ask, oid: int, terms: dict[str, Any]
    ) -> None:
        controls.set_fault("order_forgotten", **terms)
        assert self.status(ask, oid) == "order"

    def test_working_orders_stay_known(self, client: Client, controls: Controls, ask: Ask) -> None:
        controls.set_fault("order_forgotten")
        client.order(ORDER)
        assert self.status(ask, CLOID) == "order"
        assert self.status(ask, 1) == "unknownOid"


class TestClockSkewed:
    def test_ahead(self, client: Client, controls: Controls, ask: Ask) -> None:
        controls.set_fault("clock_skewed", ms=HOUR_MS)
        late = client.act(order_action(ORDER), expires_after=now_ms() + 60_000)
        assert late == refused("Action already expired")
        assert controls.ledger_orders() == []
        client.order(ORDER)
        (order,) = controls.ledger_orders()
        assert abs(order["time"] - now_ms() - HOUR_MS) < 60_000
        controls.clear_faults()
        client.order(ORDER)
        assert ask("exchangeStatus")["time"] > now_ms() + HOUR_MS / 2, "never backwards"

    def test_behind(self, client: Client, controls: Controls) -> None:
        controls.set_fault("clock_skewed", ms=-25 * HOUR_MS)
        assert client.act(NOOP)["response"].startswith("Invalid nonce: nonce too high")
