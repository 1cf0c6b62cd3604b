"""The command line: one line when ready, silence afterwards, a clean end."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from local_exchange.__main__ import parse_arguments
from local_exchange.faults.schedule import Schedule
from local_exchange.server import LocalExchangeServer
from local_exchange.wire.venue import Venue
from tests.local_exchange.conftest import ServerThread
from tests.local_exchange.controls import Controls
from tests.local_exchange.wire.signing_client import ADDRESS, Client, limit_order

TIMEOUT_SECONDS = 10
READY = "local exchange ready at "


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "local_exchange", "--port", "0", "--seed", "7"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        yield child
        child.kill()


def ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(READY), line
    return line.removeprefix(READY).strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_quietly_and_ends_cleanly(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    url = ready_url(process)
    Controls(url).deposit(ADDRESS)
    client = Client(url)
    client.order(limit_order(1, price="2000"))
    assert requests.get(f"{url}/nowhere", timeout=TIMEOUT_SECONDS).status_code == 404
    process.send_signal(number)
    output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    client.close()
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_market_that_fails_ends_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with LocalExchangeServer(
            parse_arguments(["--port", "0", "--step-ms", "1"])
        ) as server:
            await server.run_until(asyncio.Event())

    def fail(_venue: Venue) -> None:
        raise ArithmeticError("no such price")

    monkeypatch.setattr(Venue, "advance", fail)
    with pytest.raises(ArithmeticError, match="no such price"):
        asyncio.run(run())


def test_arguments_configure_the_market() -> None:
    config = parse_arguments(
        ["--port", "9", "--seed", "3", "--frozen", "--volatility", "0.1", "--step-ms", "20"]
    )
    market = config.exchange.market
    assert (config.host, config.port) == ("127.0.0.1", 9)
    assert (market.seed, market.frozen, market.volatility, market.step_ms) == (3, True, 0.1, 20)


def test_arguments_configure_faults_and_the_data_directory(tmp_path: Path) -> None:
    arguments = ["--data-dir", str(tmp_path), "--fault-seed", "5", "--fault-rate", "0.1"]
    config = parse_arguments([*arguments, "--fault-socket-rate", "0.2"])
    assert config.data_directory == tmp_path
    assert config.schedule == Schedule(seed=5, rate=0.1, socket_rate=0.2)
    plain = parse_arguments([])
    assert (plain.data_directory, plain.schedule) == (None, None)


def test_a_scheduled_server_disturbs_from_the_start() -> None:
    config = parse_arguments(["--port", "0", "--fault-seed", "1", "--fault-refusal-rate", "1"])
    server = ServerThread(config)
    server.start()
    Controls(server.url).deposit(ADDRESS)
    with closing(Client(server.url)) as client:
        answer = client.act({"type": "noop"})
    server.stop()
    assert answer["status"] == "err"


@pytest.mark.parametrize(
    "wrong",
    [
        ["--step-ms", "0"],
        ["--volatility", "high"],
        ["--shout"],
        ["--fault-seed", "1"],
        ["--fault-rate", "0.1"],
        ["--fault-seed", "1", "--fault-rate", "2"],
    ],
)
def test_wrong_argument_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(wrong)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
