"""Processes that are killed or frozen."""

import os
import signal
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from chaos.acts.act import Act, Target
from chaos.acts.drawing import OF_QUEUES
from chaos.broker import FailingBroker
from chaos.signals import Send, age_seconds, freeze, sent
from chaos.stores import StoreServer
from chaos.venue import FailingVenue
from chaos.verdict.outages import Outage
from tests.support.real_processes import group_members
from trader.clock import utc_now
from trader.processes.supervisor import Supervisor

LEAST_AGE_SECONDS = 5.0
"""A younger process is left alone for now: it would die of being started, not at its work."""


class Victims:
    """The processes of a pipeline, of its venue and of its store.

    `stalls` is where it is noted when a worker, or one of its pool, stood.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        broker: FailingBroker,
        venue: FailingVenue,
        store_servers: Mapping[Target, StoreServer],
        stalls: list[Outage],
    ) -> None:
        self._supervisor = supervisor
        self._broker = broker
        self._venue = venue
        self._store_servers = store_servers
        self._stalls = stalls

    def claims(self, act: Act) -> Collection[str]:
        """A worker and its pool are one; so are the servers behind a store."""
        return ("journal",) if act.target in self._store_servers else (process_name(act),)

    def is_ready(self, act: Act) -> bool:
        """Whether it has been at its work for a while."""
        server = self._server(act)
        if server is not None:
            return server.age_seconds() >= LEAST_AGE_SECONDS
        process = self._process(act)
        return process is not None and age_seconds(process) >= LEAST_AGE_SECONDS

    def kill(self, act: Act) -> bool:
        """End it as a crash does; whether it was there, for it may end by itself at any moment."""
        server, process = self._server(act), self._process(act)
        match act.target:
            case Target.EXCHANGE:
                self._venue.kill()
            case Target.BROKER:
                self._broker.kill()
            case _ if server is not None:
                server.kill()
            case Target.POOL_CHILD:
                child = _oldest_child(process)
                return child is not None and sent(os.kill, child, signal.SIGKILL)
            case _:
                return process is not None and sent(os.killpg, process, signal.SIGKILL)
        return True

    def freeze(self, act: Act) -> bool:
        """Let it stand as long as the act lasts; whether it was there."""
        process = self._process(act)
        match act.target:
            case Target.EXCHANGE:
                self._venue.freeze(act.seconds)
                return True
            case Target.BROKER:
                return self._broker.freeze(act.seconds)
            case Target.POOL_CHILD:
                child = _oldest_child(process)
                return child is not None and self._stand(os.kill, child, act.seconds)
            case Target.WORKER:
                return process is not None and self._stand(os.killpg, process, act.seconds)
            case _:
                return process is not None and freeze(os.killpg, process, act.seconds)

    def stall(self, names: Sequence[str], seconds: float) -> bool:
        """Let all these processes stand for so long, and go on at the same moment."""
        running = [pid for name in names if (pid := self._supervisor.pid(name)) is not None]
        with ThreadPoolExecutor(len(names)) as pool:
            return any(pool.map(partial(self._stand, os.killpg, seconds=seconds), running))

    def _stand(self, send: Send, number: int, seconds: float) -> bool:
        """Freeze a worker or one of its pool, and note when it stood."""
        began = utc_now()
        is_there = freeze(send, number, seconds)
        if is_there:
            self._stalls.append(Outage(began, utc_now()))
        return is_there

    def _server(self, act: Act) -> StoreServer | None:
        return None if act.target is None else self._store_servers.get(act.target)

    def _process(self, act: Act) -> int | None:
        """The process, or the one whose pool it is; None while it waits for its restart."""
        if act.target is Target.EXCHANGE:
            return self._venue.pid()
        return None if self._server(act) else self._supervisor.pid(process_name(act))


def process_name(act: Act) -> str:
    """The supervised process that the act is done to."""
    return f"worker-{act.queue}" if act.target in OF_QUEUES else str(act.target)


def _oldest_child(process: int | None) -> int | None:
    if process is None:
        return None
    return min(group_members(process) - {process}, default=None)
