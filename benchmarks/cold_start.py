"""How long a worker that has just started needs to compare every open plan with the venue."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account

from benchmarks.open_lifecycles import OpenLifecycles
from benchmarks.standing_venue import StandingVenue
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.processes.broker import running_broker
from trader.strands.sqlite import SqliteStore
from trader.venues.credentials import PRIVATE_KEY

EVERY_HUNDREDTH = slice(0, None, 100)
NEXT_TO_IT = slice(1, None, 100)


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Seconds from the start of a process, over `lifecycles` of `strands` in all."""

    lifecycles: int
    strands: int
    reconciled_seconds: float
    read_seconds: float

    @property
    def lifecycles_per_second(self) -> float:
        """How many plans are loaded, folded and compared in a second."""
        return self.lifecycles / self.reconciled_seconds

    @property
    def ratio(self) -> float:
        """How many times the plain reading of the same strands it costs."""
        return self.reconciled_seconds / self.read_seconds


def measure_cold_start(folder: Path, lifecycles: int) -> ColdStart:
    """Open the plans, have the venue differ in two of a hundred, and start cold."""
    key = Account.create()
    venue = StandingVenue(key.address.lower())
    journal = folder / "trader.db"
    opened = _open(journal, venue, lifecycles)
    with running_broker(folder / "broker") as redis_url:
        environment = {
            **os.environ,
            "TRADER_REDIS_URL": redis_url,
            "TRADER_STORE_URL": f"sqlite:///{journal}",
            PRIVATE_KEY: key.key.to_0x_hex(),
        }
        _reconcile(environment, venue, expected=())
        expected = _differ(venue, opened)
        reconciled = _reconcile(environment, venue, expected)
    strands, read = _timed("benchmarks.plain_reading", str(journal))
    return ColdStart(lifecycles, int(strands), reconciled, read)


def _open(journal: Path, venue: StandingVenue, number: int) -> list[Lifecycle]:
    with closing(SqliteStore(journal)) as store:
        with store.connections.connection() as connection:
            connection.execute("PRAGMA synchronous = OFF")  # it is soon thrown away
        return OpenLifecycles(store, venue).open(number)


def _differ(venue: StandingVenue, opened: Sequence[Lifecycle]) -> Iterable[str]:
    """Stops that are gone, and targets that have traded; the plans concerned."""
    without_stop, at_target = opened[EVERY_HUNDREDTH], opened[NEXT_TO_IT]
    for lifecycle in without_stop:
        venue.lose(_cloid(lifecycle, Leg.STOP))
    for lifecycle in at_target:
        venue.trade(_cloid(lifecycle, Leg.TARGET))
        venue.lose(_cloid(lifecycle, Leg.STOP))
    return [lifecycle.lifecycle_id for lifecycle in (*without_stop, *at_target)]


def _cloid(lifecycle: Lifecycle, leg: Leg) -> str:
    return lifecycle.orders_of(leg)[-1].cloid


def _reconcile(
    environment: Mapping[str, str], venue: StandingVenue, expected: Iterable[str]
) -> float:
    """Seconds until a new process has reconciled; it must find exactly these plans."""
    with venue.served() as url:
        found, seconds = _timed(
            "benchmarks.reconciling", environment={**environment, "TRADER_EXCHANGE_URL": url}
        )
    if json.loads(found) != sorted(expected):
        raise RuntimeError(f"not the plans that differ: {found:.500}")
    return seconds


def _timed(
    module: str, *arguments: str, environment: Mapping[str, str] = os.environ
) -> tuple[str, float]:
    """The line that the module prints, and the seconds from its process's start until then."""
    started = time.perf_counter()
    command = (sys.executable, "-m", module, *arguments)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError(f"{module} has no output")
        line = process.stdout.readline()
        seconds = time.perf_counter() - started
    return line, seconds
