"""Kills what the scenario says, when it says so."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence

from tests.chaos.scenario import Kill, Target
from tests.chaos.venue import FailingVenue
from tests.support.real_processes import group_members
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import wait_until

PATIENCE_SECONDS = 60.0
"""How long a target may take to come back from its last kill."""


class Havoc:
    """Kills processes of a running pipeline; `done` counts them by kind."""

    def __init__(self, supervisor: Supervisor, venue: FailingVenue) -> None:
        self.done: Counter[str] = Counter()
        self._supervisor = supervisor
        self._venue = venue

    def wreak(self, kills: Sequence[Kill], started: float) -> None:
        """Kill one after the other; `started` is when the scenario began, on the monotonic clock.

        Raises NotReady when a target does not come back.
        """
        for kill in kills:
            time.sleep(max(0.0, started + kill.at - time.monotonic()))
            self._kill(kill)
            self.done[kill.target] += 1

    def _kill(self, kill: Kill) -> None:
        match kill.target:
            case Target.EXCHANGE:
                self._venue.kill()
            case Target.POOL_CHILD:
                os.kill(self._await(lambda: self._pool_child(kill.queue)), signal.SIGKILL)
            case Target.WORKER:
                self._kill_group(f"worker-{kill.queue}")
            case Target.STREAM | Target.BEAT | Target.BROKER:
                self._kill_group(kill.target)

    def _kill_group(self, name: str) -> None:
        os.killpg(self._await(lambda: self._supervisor.pid(name)), signal.SIGKILL)

    def _await(self, find: Callable[[], int | None]) -> int:
        """The process once it runs: it may be on its way back from its last kill."""
        found: list[int] = []

        def is_found() -> bool:
            pid = find()
            found.extend([pid] if pid is not None else [])
            return bool(found)

        wait_until(is_found, PATIENCE_SECONDS, "the process to be killed runs")
        return found[0]

    def _pool_child(self, queue: str) -> int | None:
        """The oldest process of the worker's pool."""
        worker = self._supervisor.pid(f"worker-{queue}")
        return None if worker is None else min(group_members(worker) - {worker}, default=None)
