"""Stream processes on a real broker and a real exchange, and the messages that they send."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from eth_account import Account
from redis import Redis

from tests.local_exchange.controls import Controls
from tests.support.lifecycles import LifecycleBuilder
from tests.support.nonces import OwnNonces
from tests.support.real_processes import RealExchange
from tests.venues.builders import limit_order
from trader.clock import utc_now
from trader.lifecycle.projection import project
from trader.market.snapshot import MarketSnapshot
from trader.processes.commands import stream
from trader.processes.environments import for_command
from trader.processes.waiting import wait_until
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append
from trader.stream.pulse import Pulse, read_pulse
from trader.venues.credentials import Credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from workers.configuration import KEY_PREFIX

START_SECONDS = 20.0
ROOT = Path(__file__).parents[2]


@dataclass
class Streams:
    """`processes` are the streams that were started, oldest first."""

    exchange: RealExchange
    controls: Controls
    redis: Redis
    store: SqliteStore
    venue: HyperliquidIntegration
    environment: Mapping[str, str]
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """One more stream, as the Procfile runs it."""
        command = stream()
        log = self.folder / f"stream-{len(self.processes)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *command.arguments[1:]],
                cwd=ROOT,
                env=for_command(self.environment, command.signs),
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process

    def await_active(self, after: int = 0) -> Pulse:
        """The pulse of a stream that hears the venue, whose lease is later than that token."""
        self.wait(lambda: self._heard(after), "a stream hears the venue")
        pulse = read_pulse(self.redis)
        assert pulse is not None
        return pulse

    def keep(self, builder: LifecycleBuilder) -> str:
        """Write a lifecycle into the journal."""
        row = project(builder.lifecycle)
        self.store.append(Append(builder.lifecycle_id, NEW, builder.strands, row))
        return builder.lifecycle_id

    def trade(self, builder: LifecycleBuilder) -> None:
        """Send the plan's entry, as a small order that takes what it finds."""
        (cloid,) = builder.lifecycle.orders
        mid = self.venue.quote("BTC").mid
        assert mid is not None
        limit = (mid * 101 / 100).quantize(1)
        now = utc_now()
        order = limit_order(cloid=cloid, limit_price=limit)
        self.venue.place_order(order, now, now + timedelta(seconds=15))

    def messages(self, queue: str) -> list[tuple[str, list[object]]]:
        """Task and arguments of what waits in a queue, oldest first."""
        return [_task(text) for text in reversed(self.redis.lrange(KEY_PREFIX + queue, 0, -1))]

    def count(self, task: str, *arguments: str) -> int:
        """How often this message was sent."""
        everything = self.messages("exchange") + self.messages("monitor")
        return everything.count((task, list(arguments)))

    def seconds_until(self, task: str, *arguments: str, times: int = 1) -> float:
        """How long it took until the message was there so often."""
        began = time.monotonic()
        self.wait(lambda: self.count(task, *arguments) >= times, f"{task} {arguments} x {times}")
        return time.monotonic() - began

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Return when the condition holds, within the time that a process takes to start."""
        wait_until(condition, START_SECONDS, what)

    def _heard(self, after: int) -> bool:
        pulse = read_pulse(self.redis)
        return pulse is not None and pulse.heard_at is not None and pulse.token > after


@contextmanager
def streams(folder: Path, redis_url: str, exchange: RealExchange) -> Iterator[Streams]:
    """What streams need, and a funded account; none is started yet, and none is left behind."""
    account = Account.create()
    exchange.fund(account.address)
    venue = HyperliquidIntegration(
        url=exchange.url,
        account=account.address,
        credentials=Credentials(account),
        timeout=5.0,
        clock=utc_now,
        budget=OwnNonces(),
    )
    database = folder / "trader.db"
    environment = {
        **os.environ,
        "TRADER_REDIS_URL": redis_url,
        "TRADER_EXCHANGE_URL": exchange.url,
        "TRADER_STORE_URL": f"sqlite:///{database}",
        "TRADER_ACCOUNT_ADDRESS": account.address,
    }
    store = SqliteStore(database)
    with Redis.from_url(redis_url) as redis:
        MarketSnapshot(redis, exchange.url).publish({}, venue.instruments())
        controls = Controls(exchange.url)
        started = Streams(exchange, controls, redis, store, venue, environment, folder)
        try:
            yield started
        finally:
            for process in started.processes:
                process.send_signal(signal.SIGKILL)
                process.wait()
            store.close()


def exchange_pid(exchange: RealExchange) -> int:
    """The process that listens at the exchange's address."""
    port = exchange.url.rpartition(":")[2]
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            arguments = path.read_text().split("\0")
            if "local_exchange" in arguments and port in arguments:
                return int(path.parent.name)
    raise AssertionError(f"no local exchange at {exchange.url}")


def _task(text: bytes) -> tuple[str, list[object]]:
    message = json.loads(text)
    arguments, _, _ = json.loads(base64.b64decode(message["body"]))
    return message["headers"]["task"], arguments
