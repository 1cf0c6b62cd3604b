"""The local exchange as a venue that fails: by its seeded faults, and by what is done to it."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from chaos.noting import noted
from chaos.signals import freeze
from chaos.verdict.outages import Outage
from tests.local_exchange.controls import Controls
from tests.support.real_processes import ignore_event
from trader.processes.child import Program
from trader.processes.commands import local_exchange
from trader.processes.environments import for_stranger
from trader.processes.ports import LOOPBACK, free_port
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import wait_until

START_SECONDS = 30.0
TIMEOUT_SECONDS = 10
HTTP_RATE = 0.06
REFUSAL_RATE = 0.01
SOCKET_RATE = 0.005
MAX_DELAY_MS = 3_000


class FailingVenue:
    """A local exchange that keeps its ledger in a folder, so that it outlives its process."""

    def __init__(self, supervisor: Supervisor, name: str, url: str, seed: int) -> None:
        self.url = url
        self.controls = Controls(url)
        self.struck: Counter[str] = Counter()
        self.outages: list[Outage] = []
        self.is_away = False
        self._starts = 0
        self._supervisor = supervisor
        self._name = name
        self._seed = seed

    def disturb(self) -> None:
        """Set the faults that the seed draws; another start of the exchange draws others."""
        self.controls.set_schedule(
            self._seed + 1000 * self._starts,
            rate=HTTP_RATE,
            refusal_rate=REFUSAL_RATE,
            socket_rate=SOCKET_RATE,
            max_delay_ms=MAX_DELAY_MS,
        )
        self.controls.set_fault("cloid_hidden", seed=self._seed)

    def calm(self) -> None:
        """End all faults."""
        self._count_strikes()
        self.controls.clear_faults()

    def kill(self) -> None:
        """Kill the process, and return when it is back with its ledger, and fails again."""
        self._count_strikes()
        pid = self.pid()
        assert pid is not None
        with self._outage():
            os.killpg(pid, signal.SIGKILL)
            self.await_health(other_than=pid)
        self._starts += 1
        self.disturb()

    def freeze(self, seconds: float) -> None:
        """Let the process stand for so long: what it is asked meanwhile it answers afterwards."""
        pid = self.pid()
        assert pid is not None
        with self._outage():
            freeze(os.killpg, pid, seconds)

    def refuse(self, kind: str, seconds: float, **terms: str) -> None:
        """Let this fault strike every action for so long, and return when it is over."""
        with noted(self.outages):
            self.controls.set_fault(kind, ends_after_ms=max(int(seconds * 1000), 1), **terms)
            time.sleep(seconds)

    def end_order(self, order_id: int, status: str) -> bool:
        """End a working order as the venue does by itself; False when it has ended meanwhile."""
        asked = {"oid": order_id, "status": status}
        answer = requests.post(f"{self.url}/_local/end_order", json=asked, timeout=TIMEOUT_SECONDS)
        return answer.ok

    @contextmanager
    def _outage(self) -> Iterator[None]:
        with noted(self.outages):
            self.is_away = True
            yield
            self.is_away = False

    def pid(self) -> int | None:
        """The exchange's process; None while it waits for its restart."""
        return self._supervisor.pid(self._name)

    def await_health(self, other_than: int | None = None) -> None:
        """Return when a process that is not `other_than` answers. Raises NotReady."""
        wait_until(
            lambda: self.pid() not in (None, other_than) and self._answers(),
            START_SECONDS,
            f"the exchange answers at {self.url}",
        )

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/_local/health", timeout=1).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def _count_strikes(self) -> None:
        self.struck.update(self.controls.faults()["struck"])


@contextmanager
def failing_venue(folder: Path, seed: int) -> Iterator[FailingVenue]:
    """Runs it while the context lasts, without faults at first; prices move when they are moved."""
    port = free_port()
    options = ("--seed", str(seed), "--frozen", "--data-dir", str(folder / "data"))
    command = local_exchange(port, options)
    with Supervisor(folder, ignore_event) as supervisor:
        supervisor.start(Program(command.name, command.arguments, for_stranger(os.environ)))
        venue = FailingVenue(supervisor, command.name, f"http://{LOOPBACK}:{port}", seed)
        venue.await_health()
        yield venue
