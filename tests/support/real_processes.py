"""Starting real processes for a test, and looking at processes."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from trader.processes.child import Program
from trader.processes.commands import local_exchange
from trader.processes.environments import for_stranger
from trader.processes.local_account import fund
from trader.processes.local_venue import await_exchange
from trader.processes.ports import LOOPBACK, free_port
from trader.processes.stack import Stack, StackOptions, running_stack
from trader.processes.supervisor import Event, Supervisor

EXCHANGE_START_SECONDS = 30.0


@dataclass(frozen=True)
class RealExchange:
    """A running local exchange."""

    url: str

    def ledger(self) -> Any:
        """Every order accepted and every fill, as the exchange itself knows them."""
        answer = requests.get(f"{self.url}/_local/ledger", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def fund(self, address: str, usdc: int = 100_000) -> None:
        """Open and fund an account."""
        fund(self.url, address, usdc)


@contextmanager
def real_exchange(folder: Path, *options: str) -> Iterator[RealExchange]:
    """A local exchange with these options; it ends with the context."""
    port = free_port()
    command = local_exchange(port, options)
    with Supervisor(folder, ignore_event) as supervisor:
        supervisor.start(Program(command.name, command.arguments, for_stranger(os.environ)))
        exchange = RealExchange(f"http://{LOOPBACK}:{port}")
        await_exchange(exchange.url, EXCHANGE_START_SECONDS)
        yield exchange


@contextmanager
def real_stack(
    folder: Path, environment: Mapping[str, str], *exchange_options: str, durable: bool = False
) -> Iterator[Stack]:
    """The whole pipeline but Flower, with these TRADER_* variables; what they do not name is made.

    Its workers may not answer yet: messages wait for them. A durable one goes on from the folder.
    """
    options = StackOptions(
        folder,
        {**os.environ, **environment},
        durable=durable,
        with_flower=False,
        exchange_options=exchange_options,
    )
    with running_stack(options, ignore_event) as stack:
        yield stack


def ignore_event(_: Event) -> None:
    """For tests that do not look at what the supervisor reports."""


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def group_members(group: int) -> set[int]:
    """The living processes of a process group."""
    return {pid for pid in _running() if _group_of(pid) == group}


def processes_in(folder: Path) -> set[int]:
    """The living processes whose working folder this is."""
    return {pid for pid in _running() if _working_folder(pid) == folder.resolve()}


def _running() -> list[int]:
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [pid for pid in numbers if is_running(pid)]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _working_folder(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except (FileNotFoundError, PermissionError):
        return None
