"""A real process, killed and started again on its port: nothing that was answered is lost."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from local_exchange.inputs.log import FILE_NAME
from tests.local_exchange.inputs.process import TIMEOUT_SECONDS, ExchangeProcess
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    Client,
    limit_order,
    now_ms,
    order_action,
    signed_request,
)

MANY = 3_000
BATCH = 50


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ExchangeProcess]:
    exchange = ExchangeProcess(tmp_path / "data")
    exchange.start("--frozen", "--step-ms", "20")
    yield exchange
    exchange.end()


@pytest.fixture
def client(process: ExchangeProcess) -> Iterator[Client]:
    process.controls.deposit(ADDRESS, "50000")
    trader = Client(process.url)
    yield trader
    trader.close()


def trade(process: ExchangeProcess, client: Client) -> None:
    """A position from two fills, a stop, a resting order, a cancelled one, a moved market."""
    client.order(limit_order(1, price="3100", size="1", tif="Ioc"))
    process.controls.set_mid("ETH", "3050")
    client.order(limit_order(1, price="3100", size="0.5", tif="Ioc"))
    stop = {"trigger": {"isMarket": True, "triggerPx": "2000", "tpsl": "sl"}}
    client.order({**limit_order(1, False, "1900", "1.5", reduce_only=True), "t": stop})
    oids = [each["resting"]["oid"] for each in client.order(*[limit_order(1, price="2500")] * 2)]
    client.act({"type": "cancel", "cancels": [{"a": 1, "o": oids[0]}]})
    client.act({"type": "updateLeverage", "asset": 0, "isCross": True, "leverage": 7})


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_between_requests(process: ExchangeProcess, client: Client, number: signal.Signals) -> None:
    trade(process, client)
    last = signed_request({"type": "noop"}, client.next_nonce())
    client.post(last)
    before = process.account()
    assert len(before["fills"]) >= 2
    assert len(before["open"]) == 2
    process.end(number)
    process.start("--frozen", "--step-ms", "20")
    assert process.account() == before
    answer = client_after_restart(process).post(last)
    assert answer["response"] == f"Invalid nonce: duplicate nonce {last['nonce']}"
    (status,) = client_after_restart(process).order(limit_order(1, price="2500"))
    assert status["resting"]["oid"] > max(order["oid"] for order in before["orders"])


def client_after_restart(process: ExchangeProcess) -> Client:
    """A client with connections that are not stale."""
    return Client(process.url)


class Crowd:
    """Posts orders, each with its own cloid, on several connections until the venue is gone."""

    def __init__(self, url: str, threads: int) -> None:
        self._url = url
        self.answered: list[dict[str, Any]] = []
        self.unanswered: list[dict[str, Any]] = []
        self._nonces = iter(range(now_ms(), now_ms() + 10**9))
        self._threads = [threading.Thread(target=self._post_on) for _ in range(threads)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS)

    def _post_on(self) -> None:
        with requests.Session() as session:
            while not self.unanswered:
                nonce = next(self._nonces)
                order = limit_order(1, price="2000", size="0.01", cloid=f"0x{nonce:032x}")
                request = signed_request(order_action(order), nonce)
                try:
                    answer = session.post(
                        f"{self._url}/exchange", json=request, timeout=TIMEOUT_SECONDS
                    )
                    assert "resting" in answer.text
                    self.answered.append(request)
                except requests.ConnectionError:
                    self.unanswered.append(request)


def test_in_the_middle_of_requests(process: ExchangeProcess, client: Client) -> None:
    client.close()
    crowd = Crowd(process.url, threads=4)
    crowd.start()
    while len(crowd.answered) < 150:
        time.sleep(0.005)
    process.end()
    crowd.join()
    process.start("--frozen", "--step-ms", "20")
    landed = {order["nonce"] for order in process.controls.ledger_orders()}
    assert {request["nonce"] for request in crowd.answered} <= landed
    with closing(Client(process.url)) as again:
        for request in crowd.unanswered:
            answer = again.post(request)
            text = f"Invalid nonce: duplicate nonce {request['nonce']}"
            assert (answer["response"] == text) is (request["nonce"] in landed)
    orders = process.controls.ledger_orders()
    posted = crowd.answered + crowd.unanswered
    assert sorted(order["nonce"] for order in orders) == sorted(each["nonce"] for each in posted)


def test_several_kills_in_a_moving_market(tmp_path: Path) -> None:
    process = ExchangeProcess(tmp_path)
    options = ("--step-ms", "20", "--volatility", "5", "--seed", "4")
    process.start(*options)
    process.controls.deposit(ADDRESS, "50000")
    nonce = now_ms()
    for _ in range(3):
        mid = int(float(process.ask("allMids")["ETH"]))
        for number in range(10):
            nonce += 1
            order = limit_order(1, number % 2 == 0, str(mid + number % 3 - 1), "0.01")
            with closing(Client(process.url)) as client:
                client.post(signed_request(order_action(order), nonce))
        before = process.controls.ledger_fills()
        process.end()
        process.start(*options)
        assert process.controls.ledger_fills()[: len(before)] == before
    orders = process.controls.ledger_orders()
    assert [order["nonce"] for order in orders] == list(range(nonce - 29, nonce + 1))
    process.end()


def test_a_long_run_restarts_at_once(process: ExchangeProcess, client: Client) -> None:
    for number in range(MANY // BATCH):
        is_buy = number % 2 == 0
        taker = limit_order(1, is_buy, "3100" if is_buy else "2900", "0.01", tif="Ioc")
        client.order(*[taker] * BATCH)
    before = process.account()
    process.end()
    started = time.monotonic()
    process.start("--frozen", "--step-ms", "20")
    assert time.monotonic() - started < 10, "a generous bound for a busy machine"
    assert process.account() == before
    assert len(before["orders"]) == MANY


def refused_start(process: ExchangeProcess, *options: str) -> str:
    child = process.spawn(*options)
    output, errors = child.communicate(timeout=TIMEOUT_SECONDS)
    assert (child.returncode, output) == (1, "")
    assert errors.count("\n") == 1, "one line, no traceback"
    return errors


def test_a_directory_in_use_is_refused(process: ExchangeProcess) -> None:
    assert "is in use" in refused_start(process, "--frozen", "--step-ms", "20")


def test_other_settings_are_refused(process: ExchangeProcess) -> None:
    process.end()
    errors = refused_start(process, "--frozen", "--step-ms", "30")
    assert "step_ms was 20 and is now 30" in errors
    process.start("--frozen", "--step-ms", "20")


def test_the_log_is_small(process: ExchangeProcess, client: Client, tmp_path: Path) -> None:
    client.order(limit_order(1, price="2000"))
    time_before = process.ask("exchangeStatus")["time"]
    while process.ask("exchangeStatus")["time"] < time_before + 500:
        time.sleep(0.01)
    client.order(limit_order(1, price="2000"))
    lines = (tmp_path / "data" / FILE_NAME).read_text().splitlines()
    kinds = [json.loads(line)["change"]["kind"] for line in lines[1:]]
    assert kinds.count("time") <= 5, "25 steps of the market and more"
    assert max(len(line) for line in lines[1:]) < 800


def test_a_full_disk_ends_it_before_more_is_answered(tmp_path: Path) -> None:
    process = ExchangeProcess(tmp_path)
    options = ("--frozen", "--step-ms", "20")
    process.start(*options, largest_file=4_000)
    process.controls.deposit(ADDRESS, "50000")
    nonces = iter(range(now_ms(), now_ms() + 1_000))
    answered = []
    with requests.Session() as session:
        while True:
            request = signed_request(
                order_action(limit_order(1, price="2000")), nonce := next(nonces)
            )
            answer = session.post(f"{process.url}/exchange", json=request, timeout=TIMEOUT_SECONDS)
            if answer.status_code != 200:
                break
            answered.append(nonce)
    status, errors = process.wait()
    assert status == 1
    assert "make room and start again" in errors
    process.start(*options)
    assert [order["nonce"] for order in process.controls.ledger_orders()] == answered
    process.end()
