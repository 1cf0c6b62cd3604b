"""The embedded broker as one that loses what it had: all of it, or the latest of it."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from kombu import Connection
from redis import Redis

from chaos.noting import noted
from chaos.signals import freeze
from chaos.verdict.outages import Outage
from trader.processes.broker import NAME, EmbeddedBroker, await_broker, prepare_broker
from trader.processes.supervisor import Supervisor
from workers.configuration import celery_settings

APPEND_ONLY = "appendonlydir"
"""The folder in the broker's own that holds what it keeps, by Valkey's default."""
MOST_REDELIVERED = 1000


class FailingBroker:
    """A broker that keeps its messages, as `trader up` starts it.

    `outages` are the times when it was killed or stood.
    """

    def __init__(self, supervisor: Supervisor, folder: Path, broker: EmbeddedBroker) -> None:
        self.url = broker.url
        self.outages: list[Outage] = []
        self._supervisor = supervisor
        self._kept = folder / APPEND_ONLY
        self._copy = folder / "copy"
        self._program = broker.program

    def kill(self) -> None:
        """Kill it; it comes back with nothing."""
        self._kill_and_start(lambda: shutil.rmtree(self._kept))

    def freeze(self, seconds: float) -> bool:
        """Let it stand for so long; False when it has ended meanwhile."""
        pid = self._supervisor.pid(NAME)
        if pid is None:
            return False
        with noted(self.outages):
            return freeze(os.killpg, pid, seconds)

    def flush(self) -> None:
        """Let it forget everything while it runs."""
        with closing(Redis.from_url(self.url)) as redis:
            redis.flushall()

    def redeliver(self) -> None:
        """Give what workers have in their hands to others, as after their visibility timeout.

        The transport does it, as in any worker that waits for messages.
        """
        options = {**_transport_options(self.url), "visibility_timeout": 0}
        with Connection(self.url, transport_options=options) as connection:
            connection.default_channel.qos.restore_visible(num=MOST_REDELIVERED, interval=1)

    def restore(self, seconds: float) -> None:
        """Kill it in so many seconds; it comes back with what it keeps at this moment."""
        shutil.copytree(self._kept, self._copy.with_suffix(".new")).rename(self._copy)
        time.sleep(seconds)
        self._kill_and_start(self._put_back)

    def _put_back(self) -> None:
        shutil.rmtree(self._kept)
        self._copy.rename(self._kept)

    def _kill_and_start(self, meanwhile: Callable[[], None]) -> None:
        """Taken from the supervisor meanwhile, which would start it with what it had."""
        pid = self._supervisor.pid(NAME)
        with noted(self.outages):
            if pid is not None:
                os.killpg(pid, signal.SIGKILL)
            self._supervisor.stop((NAME,))
            meanwhile()
            self._supervisor.start(self._program)
            await_broker(self.url)


def _transport_options(url: str) -> Mapping[str, object]:
    """Those with which the workers speak to it."""
    options = celery_settings(url)["broker_transport_options"]
    assert isinstance(options, Mapping)
    return options


def failing_broker(supervisor: Supervisor, folder: Path) -> FailingBroker:
    """Starts it; it ends with the supervisor."""
    broker = prepare_broker(folder, durable=True)
    supervisor.start(broker.program)
    await_broker(broker.url)
    return FailingBroker(supervisor, folder, broker)
