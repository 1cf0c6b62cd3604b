"""`trader up` for real: every process runs, one that dies comes back, and the end is clean."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.real_processes import processes_in
from trader.processes.running_stack import published
from trader.processes.waiting import wait_until
from trader.settings import CREDENTIAL_NAMES

START_SECONDS = 60.0


class Upped:
    """A `trader up` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._output = folder / "output.txt"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trader", "up"],
                cwd=folder,
                env={**os.environ, "COLUMNS": "200"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def output(self) -> str:
        return self._output.read_text()

    def await_output(self, pattern: str) -> re.Match[str]:
        wait_until(
            lambda: re.search(pattern, self.output()) is not None, START_SECONDS, f"says {pattern}"
        )
        match = re.search(pattern, self.output())
        assert match is not None
        return match

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(START_SECONDS)


@pytest.fixture
def upped(tmp_path: Path) -> Iterator[Upped]:
    stack = Upped(tmp_path)
    with stack.process:
        try:
            yield stack
        finally:
            stack.process.kill()


def pid_of(folder: Path, argument: str) -> int:
    """The process of the stack with this argument, its leader when it has a pool."""
    found = [pid for pid in processes_in(folder) if argument in arguments_of(pid)]
    return next(pid for pid in found if os.getpgid(pid) == pid)


def arguments_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def variables_of(pid: int) -> set[str]:
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {entry.partition("=")[0] for entry in entries}


def test_the_whole_stack_from_start_to_end(upped: Upped) -> None:
    upped.await_output("Ctrl-C stops it")
    folder = upped.folder

    doctor = subprocess.run(
        [sys.executable, "-m", "trader", "doctor", "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (doctor.returncode, json.loads(doctor.stdout)["healthy"]) == (0, True)

    flower_url = upped.await_output(r"Flower +(http://\S+)")[1]
    wait_until(lambda: _is_healthy(flower_url), START_SECONDS, "Flower is healthy")

    holders = {
        name
        for name in ("monitor", "exchange", "analysis")
        if not CREDENTIAL_NAMES.isdisjoint(variables_of(pid_of(folder, f"{name}@%h")))
    }
    assert holders == {"exchange"}

    os.kill(pid_of(folder, "monitor@%h"), signal.SIGKILL)
    upped.await_output(r"worker-monitor ended: SIGKILL; .*; starts again in 0.5 s")
    upped.await_output("worker-monitor restarted: process")

    assert "TRADER_REDIS_URL" in published(folder / "var")
    assert upped.stop(signal.SIGINT) == 0
    assert upped.output().endswith("stopping ...\nstopped\n")
    assert published(folder / "var") == {}
    wait_until(lambda: not processes_in(folder), 10, "nothing runs any more")


def test_sigterm_stops_it_during_the_start_too(upped: Upped) -> None:
    wait_until(lambda: len(processes_in(upped.folder)) > 2, START_SECONDS, "children run")
    assert upped.stop(signal.SIGTERM) == 0
    wait_until(lambda: not processes_in(upped.folder), 10, "nothing runs any more")


def test_a_killed_stack_leaves_no_orphan(upped: Upped) -> None:
    upped.await_output("Ctrl-C stops it")
    upped.process.kill()
    wait_until(lambda: not processes_in(upped.folder), 20, "nothing runs any more")
    assert published(upped.folder / "var") == {}


PLAN = """
plan_id: over-the-restart
symbol: BTC
direction: long
timeframe: 1h
entry: immediately
order: {type: market}
size: {unit: notional, value: 500}
stop_loss: "1000"
valid_until: "2099-01-01T00:00:00Z"
"""


def trader(folder: Path, *arguments: str) -> str:
    """What a command prints that somebody runs beside the stack."""
    ran = subprocess.run(
        [sys.executable, "-m", "trader", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def plan_in(folder: Path, lifecycle_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(trader(folder, "plan", "show", lifecycle_id, "--json"))
    return shown


def works(folder: Path, lifecycle_id: str, leg: str) -> bool:
    orders = plan_in(folder, lifecycle_id)["orders"]
    return any(order["leg"] == leg and order["state"] == "open" for order in orders)


def test_an_exchange_that_is_killed_comes_back_with_its_orders(upped: Upped) -> None:
    upped.await_output("Ctrl-C stops it")
    folder = upped.folder
    (folder / "plan.yaml").write_text(PLAN)
    plan = trader(folder, "plan", "submit", "plan.yaml")
    wait_until(lambda: works(folder, plan, "stop"), START_SECONDS, "the stop stands")

    os.kill(pid_of(folder, "local_exchange"), signal.SIGKILL)
    upped.await_output("local-exchange restarted: process")
    trader(folder, "cancel", plan, "--close")
    wait_until(
        lambda: plan_in(folder, plan)["stage"] == "done", START_SECONDS, "the position is closed"
    )
    assert plan_in(folder, plan)["outcome"] == "closed"
    assert upped.process.poll() is None


def _is_healthy(flower_url: str) -> bool:
    try:
        return requests.get(f"{flower_url}/healthcheck", timeout=2).text == "OK"
    except requests.ConnectionError:
        return False
