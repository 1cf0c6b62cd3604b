"""Kills what the scenario says, when it says so."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from chaos.scenario import Kill, Target
from chaos.stores import StoreServer
from chaos.venue import FailingVenue
from tests.support.real_processes import group_members
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import NotReady

START_TIME = 19
"""The place of the start time behind the name in /proc/PID/stat: clock ticks since the boot."""
LEAST_AGE_SECONDS = 5.0
"""A younger process is left alone for now: it would die of being started, not at its work."""
PATIENCE_SECONDS = 60.0
"""How long the next kill may wait for a process that is old enough."""
LOOK_SECONDS = 0.1


class Havoc:
    """Kills processes of a running pipeline; `done` counts them by kind."""

    def __init__(
        self,
        supervisor: Supervisor,
        venue: FailingVenue,
        store_servers: Mapping[Target, StoreServer],
    ) -> None:
        self.done: Counter[str] = Counter()
        self._supervisor = supervisor
        self._venue = venue
        self._store_servers = store_servers

    def wreak(self, kills: Sequence[Kill], started: float) -> None:
        """Kill each at its time, or when its target is back from its last end.

        `started` is when the scenario began, on the monotonic clock. Raises NotReady.
        """
        waiting = list(kills)
        waiting_since = time.monotonic()
        while waiting:
            due = self._due(waiting, time.monotonic() - started)
            killed = next((kill for kill in due if self._kill(kill)), None)
            if killed is not None:
                waiting.remove(killed)
                self.done[killed.target] += 1
                waiting_since = time.monotonic()
            elif time.monotonic() > max(waiting_since, started + waiting[0].at) + PATIENCE_SECONDS:
                raise NotReady(
                    f"{self._described(waiting[0])}: not to be killed in {PATIENCE_SECONDS:g} s"
                )
            time.sleep(LOOK_SECONDS)

    def _due(self, waiting: Sequence[Kill], now: float) -> list[Kill]:
        return [kill for kill in waiting if kill.at <= now and self._is_old_enough(kill)]

    def _is_old_enough(self, kill: Kill) -> bool:
        server = self._store_servers.get(kill.target)
        if server is not None:
            return server.age_seconds() >= LEAST_AGE_SECONDS
        process = self._process(kill)
        return process is not None and age_seconds(process) >= LEAST_AGE_SECONDS

    def _kill(self, kill: Kill) -> bool:
        """Whether it was there to be killed: it may end by itself at this very moment."""
        server = self._store_servers.get(kill.target)
        if server is not None:
            server.kill()
            return True
        process = self._process(kill)
        if process is None:
            return False
        if kill.target is Target.EXCHANGE:
            self._venue.kill()
            return True
        if kill.target is Target.POOL_CHILD:
            oldest = min(group_members(process) - {process}, default=None)
            return oldest is not None and _sent(os.kill, oldest)
        return _sent(os.killpg, process)

    def _process(self, kill: Kill) -> int | None:
        """The process to be killed, or whose pool it is; None while it waits for its restart."""
        if kill.target is Target.EXCHANGE:
            return self._venue.pid()
        of_queue = kill.target in (Target.POOL_CHILD, Target.WORKER)
        return self._supervisor.pid(f"worker-{kill.queue}" if of_queue else kill.target)

    def _described(self, kill: Kill) -> str:
        if kill.target in self._store_servers:
            return f"{kill.target}, up for {self._store_servers[kill.target].age_seconds():.1f} s"
        process = self._process(kill)
        if process is None:
            return f"{kill.target} {kill.queue}, which does not run"
        members = sorted(group_members(process))
        return f"{kill.target} {kill.queue}, {age_seconds(process):.1f} s old, its group {members}"


def _sent(kill: Callable[[int, int], None], number: int) -> bool:
    try:
        kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def age_seconds(pid: int) -> float:
    """How long ago the process started; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    started = int(fields[START_TIME]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
