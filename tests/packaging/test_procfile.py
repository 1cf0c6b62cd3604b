"""The Procfile under honcho, with a real broker and a real exchange."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.packaging import PROCFILE, procfile_commands
from tests.support.real_processes import is_running, processes_in, real_exchange
from trader.processes.broker import running_broker
from trader.processes.commands import QUEUES, ping, pipeline
from trader.processes.environments import for_command
from trader.processes.local_account import local_account
from trader.processes.ports import free_port
from trader.processes.waiting import wait_until

START_SECONDS = 60.0


def test_the_procfile_has_the_commands_of_trader_up() -> None:
    assert procfile_commands() == {command.name: command.line for command in pipeline()}


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What an operator sets, for a broker and an exchange that run."""
    account = local_account(tmp_path)
    with (
        running_broker(tmp_path / "broker") as broker_url,
        real_exchange(tmp_path / "exchange", "--frozen") as exchange,
    ):
        exchange.fund(account.address)
        yield for_command(
            {
                **os.environ,
                "TRADER_REDIS_URL": broker_url,
                "TRADER_EXCHANGE_URL": exchange.url,
                "TRADER_PRIVATE_KEY": account.private_key,
                "TRADER_ACCOUNT_ADDRESS": account.address,
                "TRADER_HEARTBEAT_SECONDS": "1",
                "FLOWER_PORT": str(free_port()),
            },
            signs=True,
        )


@pytest.fixture
def honcho(tmp_path: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`honcho start` in a folder of its own."""
    folder = tmp_path / "work"
    (folder / "var").mkdir(parents=True)
    with (tmp_path / "honcho.log").open("wb") as output:
        command = [sys.executable, "-m", "honcho", "-f", str(PROCFILE), "-d", str(folder), "start"]
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(START_SECONDS)
    wait_until(lambda: not processes_in(folder), START_SECONDS, "nothing runs any more")


def test_every_process_of_the_procfile_works(
    honcho: subprocess.Popen[bytes], environment: dict[str, str], tmp_path: Path
) -> None:
    wait_until(lambda: answering(environment) == set(QUEUES), START_SECONDS, "all workers answer")

    flower = f"http://127.0.0.1:{environment['FLOWER_PORT']}/healthcheck"
    wait_until(lambda: _answers(flower), START_SECONDS, "Flower answers")

    folder = tmp_path / "work" / "var"
    wait_until(lambda: schedule_time(folder) > 0, START_SECONDS, "beat has its schedule")
    before = schedule_time(folder)
    wait_until(lambda: schedule_time(folder) > before, START_SECONDS, "beat ticks")
    assert is_running(honcho.pid)


def answering(environment: dict[str, str]) -> set[str]:
    """The queues whose workers answer a ping."""
    asked = subprocess.run(ping(), env=environment, capture_output=True, text=True, check=False)
    nodes = json.loads(asked.stdout) if asked.returncode == 0 else {}
    return {node.partition("@")[0] for node in nodes}


def schedule_time(folder: Path) -> float:
    """When beat last wrote its schedule; 0 when it has not yet."""
    return max((path.stat().st_mtime for path in folder.glob("beat-schedule*")), default=0.0)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).text == "OK"
    except requests.ConnectionError:
        return False
