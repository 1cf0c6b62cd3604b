"""The whole pipeline as `trader up` runs it, on a venue that fails."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from chaos.scenario import SECOND_WORKER
from chaos.stores import RunningStore, running_store
from chaos.venue import FailingVenue, failing_venue
from chaos.verdict.evidence import JournalReader, read_ledger
from chaos.verdict.records import Ledger
from tests.support.real_processes import real_stack
from trader.market.snapshot import MarketSnapshot, SnapshotUnavailable
from trader.processes import commands
from trader.processes.child import Program
from trader.processes.environments import for_command
from trader.processes.stack import Stack
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import wait_until
from trader.strands.opening import StoreKind, open_configured_store
from trader.strands.store import StrandStore

FUNDS_USDC = "10000000"
START_SECONDS = 60.0
SETTINGS = {
    "TRADER_HEARTBEAT_SECONDS": "0.5",
    "TRADER_VENUE_TIMEOUT_SECONDS": "2",
    "TRADER_ORDER_EXPIRY_SECONDS": "6",
}


@dataclass(frozen=True, slots=True)
class World:
    """Processes, the journal that they write and what keeps it, and the venue they trade at."""

    supervisor: Supervisor
    venue: FailingVenue
    kept: RunningStore
    store: StrandStore
    journal: JournalReader
    address: str

    def ledger(self) -> Ledger:
        """What the exchange did for the account so far."""
        return read_ledger(self.venue.url, self.address)


@contextmanager
def running_world(folder: Path, seed: int, kind: StoreKind) -> Iterator[World]:
    """Start everything; gives it when plans can be taken in."""
    with failing_venue(folder / "exchange", seed) as venue, running_store(kind, folder) as kept:
        variables = {**SETTINGS, "TRADER_EXCHANGE_URL": venue.url, **kept.variables}
        with (
            real_stack(folder, variables) as stack,
            closing(open_configured_store(stack.settings)) as store,
        ):
            _start_second_worker(stack)
            address = stack.environment["TRADER_ACCOUNT_ADDRESS"]
            venue.controls.deposit(address, FUNDS_USDC)
            _await_market(stack.environment["TRADER_REDIS_URL"], stack.settings.venue_url)
            journal = JournalReader(store)
            yield World(stack.supervisor, venue, kept, store, journal, address)


def _start_second_worker(stack: Stack) -> None:
    """Another worker of the exchange queue, under a node name of its own."""
    command = commands.worker("exchange")
    arguments = [name.replace("exchange@", f"{SECOND_WORKER}@") for name in command.arguments]
    environment = for_command(stack.environment, command.signs)
    stack.supervisor.start(Program(f"worker-{SECOND_WORKER}", tuple(arguments), environment))


def _await_market(redis_url: str, venue_url: str) -> None:
    with closing(Redis.from_url(redis_url)) as redis:
        market = MarketSnapshot(redis, venue_url)

        def is_published() -> bool:
            try:
                return bool(market.instruments())
            except SnapshotUnavailable:
                return False

        wait_until(is_published, START_SECONDS, "the market is published")
