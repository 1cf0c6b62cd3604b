"""The whole pipeline as `trader up` runs it, on a venue that fails."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from tests.chaos.evidence import JournalReader, read_ledger
from tests.chaos.records import Ledger
from tests.chaos.venue import FailingVenue, failing_venue
from tests.support.real_processes import real_stack
from trader.market.snapshot import SnapshotUnavailable, read_instruments
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import wait_until
from trader.strands.sqlite import SqliteStore

FUNDS_USDC = "10000000"
START_SECONDS = 60.0
SETTINGS = {
    "TRADER_HEARTBEAT_SECONDS": "0.5",
    "TRADER_VENUE_TIMEOUT_SECONDS": "2",
    "TRADER_ORDER_EXPIRY_SECONDS": "6",
}


@dataclass(frozen=True, slots=True)
class World:
    """Processes, the journal that they write, and the venue that they trade at."""

    supervisor: Supervisor
    venue: FailingVenue
    store: SqliteStore
    journal: JournalReader
    address: str

    def ledger(self) -> Ledger:
        """What the exchange did for the account so far."""
        return read_ledger(self.venue.url, self.address)


@contextmanager
def running_world(folder: Path, seed: int) -> Iterator[World]:
    """Start everything; gives it when plans can be taken in."""
    database = folder / "trader.db"
    with failing_venue(folder / "exchange", seed) as venue:
        variables = {
            **SETTINGS,
            "TRADER_EXCHANGE_URL": venue.url,
            "TRADER_STORE_URL": f"sqlite:///{database}",
        }
        with real_stack(folder, variables) as stack, closing(SqliteStore(database)) as store:
            address = stack.environment["TRADER_ACCOUNT_ADDRESS"]
            venue.controls.deposit(address, FUNDS_USDC)
            _await_market(stack.environment["TRADER_REDIS_URL"])
            yield World(stack.supervisor, venue, store, JournalReader(store), address)


def _await_market(redis_url: str) -> None:
    with closing(Redis.from_url(redis_url)) as redis:

        def is_published() -> bool:
            try:
                return bool(read_instruments(redis))
            except SnapshotUnavailable:
                return False

        wait_until(is_published, START_SECONDS, "the market is published")
