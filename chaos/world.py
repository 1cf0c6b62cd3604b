"""The whole pipeline, on a venue, a broker and a store that fail."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from chaos.owner import Owner
from chaos.pipeline import Pipeline, running_pipeline
from chaos.stores import RunningStore, running_store
from chaos.venue import FailingVenue, failing_venue
from chaos.verdict.after_end import ORDER_EXPIRY_SECONDS
from chaos.verdict.evidence import JournalReader
from chaos.verdict.ledger import read_ledger
from chaos.verdict.records import Ledger
from trader.market.snapshot import MarketSnapshot, SnapshotUnavailable
from trader.processes.waiting import wait_until
from trader.strands.opening import StoreKind, open_configured_store
from trader.strands.store import StrandStore
from trader.venues.credentials import PRIVATE_KEY

FUNDS_USDC = "10000000"
START_SECONDS = 60.0
SETTINGS = {
    "TRADER_HEARTBEAT_SECONDS": "0.5",
    "TRADER_VENUE_TIMEOUT_SECONDS": "2",
    "TRADER_ORDER_EXPIRY_SECONDS": f"{ORDER_EXPIRY_SECONDS:g}",
}


@dataclass(frozen=True, slots=True)
class World:
    """Processes, the journal that they write and what keeps it, and the venue they trade at.

    The account is the owner's; the Trader signs as an agent that he has approved.
    """

    pipeline: Pipeline
    venue: FailingVenue
    owner: Owner
    kept: RunningStore
    store: StrandStore
    journal: JournalReader

    def ledger(self) -> Ledger:
        """What the exchange did for the account so far."""
        return read_ledger(self.venue.url, self.owner.address)


@contextmanager
def running_world(folder: Path, seed: int, kind: StoreKind) -> Iterator[World]:
    """Start everything; gives it when plans can be taken in."""
    with failing_venue(folder / "exchange", seed) as venue, running_store(kind, folder) as kept:
        owner = Owner(venue.url)
        venue.controls.deposit(owner.address, FUNDS_USDC)
        variables = {
            **SETTINGS,
            **kept.variables,
            "TRADER_EXCHANGE_URL": venue.url,
            "TRADER_ACCOUNT_ADDRESS": owner.address,
            PRIVATE_KEY: owner.approve_agent(),
        }
        with (
            running_pipeline(folder, variables) as pipeline,
            closing(open_configured_store(pipeline.settings)) as store,
        ):
            _await_market(pipeline.broker.url, venue.url)
            journal = JournalReader(store)
            yield World(pipeline, venue, owner, kept, store, journal)


def _await_market(redis_url: str, venue_url: str) -> None:
    with closing(Redis.from_url(redis_url)) as redis:
        market = MarketSnapshot(redis, venue_url)

        def is_published() -> bool:
            try:
                return bool(market.instruments())
            except SnapshotUnavailable:
                return False

        wait_until(is_published, START_SECONDS, "the market is published")
