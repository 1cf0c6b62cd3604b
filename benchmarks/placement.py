"""What one safe order costs: intent, sign, post and outcome, against the bare SDK call."""

import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from eth_account import Account
from hyperliquid.exchange import Exchange
from redis import Redis

from benchmarks.timing import seconds
from benchmarks.workshop import Workshop
from tests.support.postgres_server import running_postgres
from trader.clock import utc_now
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import EntryTriggered, PlanAccepted
from trader.lifecycle.stage import Leg
from trader.orders.draft import OrderDraft
from trader.orders.sender import Placement, Sender
from trader.plans.plan import Plan
from trader.settings import read_settings
from trader.strands.migrations import migrate
from trader.strands.opening import open_store
from trader.strands.postgres_address import parse_address
from trader.strands.store import StrandStore
from trader.venues.admission import Admission
from trader.venues.budget import SharedBudget
from trader.venues.credentials import PRIVATE_KEY, read_credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration, trading_address
from trader.venues.instrument import Side
from trader.venues.orders import TimeInForce
from trader.venues.request_counter import RequestCounter
from trader.venues.weight_bucket import WeightBucket

SYMBOL = "ETH"
SIZE = Decimal("0.01")
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class PlacementCost:
    """Milliseconds for one order, medians of `orders` taken in turn, by the journal's store."""

    orders: int
    sqlite_ms: float
    postgresql_ms: float
    bare_ms: float

    @property
    def sqlite_ratio(self) -> float:
        """How many times the bare call a safe order costs with the journal in a file."""
        return self.sqlite_ms / self.bare_ms

    @property
    def postgresql_ratio(self) -> float:
        """The same with the journal in a PostgreSQL on this machine."""
        return self.postgresql_ms / self.bare_ms


def measure_placement(shop: Workshop, orders: int) -> PlacementCost:
    """Place orders each way in turn, far below the market, on the same exchange."""
    os.environ.update({n: v for n, v in shop.environment.items() if n.startswith("TRADER_")})
    with (
        closing(open_store(shop.environment["TRADER_STORE_URL"])) as sqlite,
        _postgresql() as postgresql,
    ):
        ways = (_safe_way(shop, sqlite), _safe_way(shop, postgresql), _bare_way(shop))
        rounds = [[seconds(way) for way in ways] for _ in range(WARM_UP + orders)]
    medians = [statistics.median(times) * 1000 for times in zip(*rounds[WARM_UP:], strict=True)]
    return PlacementCost(orders, *medians)


@contextmanager
def _postgresql() -> Iterator[StrandStore]:
    """A journal in a server of its own, whose commits are on the disk when they return."""
    with running_postgres() as server:
        url = server.url(server.create_database())
        migrate(parse_address(url))
        with closing(open_store(url)) as store:
            yield store


def _safe_way(shop: Workshop, store: StrandStore) -> Callable[[], None]:
    settings = read_settings(shop.environment)
    redis = Redis.from_url(settings.redis_url)
    journal = Journal(store)
    credentials = read_credentials(shop.environment)
    budget = SharedBudget(
        WeightBucket(redis, settings.weight_per_minute),
        RequestCounter(redis, trading_address(settings, credentials)),
        Admission(redis, credentials.address),
    )
    venue = HyperliquidIntegration.from_settings(settings, credentials, utc_now, budget)
    sender = Sender(journal, venue, utc_now, timedelta(seconds=15))
    quote = venue.quote(SYMBOL)
    price = venue.instruments()[SYMBOL].round_price((quote.mid or Decimal(1)) / 2, Side.SELL)
    draft = OrderDraft(Leg.ENTRY, SYMBOL, Side.BUY, SIZE, price, TimeInForce.GTC)
    waiting = iter([_triggered(journal, number) for number in range(2000)])

    def place() -> None:
        sender.place(Placement(next(waiting), [draft], "benchmark", quote))

    return place


def _triggered(journal: Journal, number: int) -> Lifecycle:
    now = utc_now()
    plan = Plan.model_validate(
        {
            "plan_id": f"placement-{number}",
            "symbol": SYMBOL,
            "direction": "long",
            "timeframe": "1m",
            "entry": {"type": "immediately"},
            "order": {"type": "market"},
            "size": {"unit": "quantity", "value": SIZE},
            "valid_until": now + timedelta(hours=1),
        }
    )
    accepted = PlanAccepted(
        plan=plan,
        entry_condition="immediately",
        source_id=f"placement-{number}",
        approved_at=now,
        reason="benchmark",
    )
    lifecycle = journal.begin(f"placement-{number}", accepted, now)
    return journal.append(lifecycle, (EntryTriggered(quote=None, reason="benchmark"),), now)


def _bare_way(shop: Workshop) -> Callable[[], None]:
    settings = read_settings(shop.environment)
    wallet = Account.from_key(shop.environment[PRIVATE_KEY])
    exchange = Exchange(wallet, settings.venue_url, account_address=settings.account_address)
    mid = float(exchange.info.all_mids()[SYMBOL])
    price = round(mid / 2, 1)

    def place() -> None:
        reply = exchange.order(SYMBOL, True, float(SIZE), price, {"limit": {"tif": "Gtc"}})
        if "resting" not in reply["response"]["data"]["statuses"][0]:
            raise RuntimeError(f"the bare order was not accepted: {reply}")

    return place
