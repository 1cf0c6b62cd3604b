"""How soon after the venue told of a fill the journal has it, against one empty task."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import requests
from celery import Celery
from redis import Redis

from benchmarks.timing import quantile
from benchmarks.told_fills import ToldFills, told_fills
from benchmarks.workshop import Workshop
from trader.clock import utc_now
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.market.snapshot import MarketSnapshot
from trader.plans.submission import submission
from trader.processes.waiting import wait_until
from trader.settings import read_settings
from trader.strands.opening import open_store
from trader.strands.store import StrandStore
from trader.strands.strand import Json
from workers import task_names
from workers.configuration import EXCHANGE, celery_settings

SYMBOL = "ETH"
HIGHEST = 2_990
"""The price of the first entry, below a market that opens at 3000; each next is a dollar lower."""
STOP = 1_500
HALF_A_DOLLAR = Decimal("0.5")
WARM_UP = 10
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.001
"""Between two looks at the journal: by so much a fill may be seen too late."""
STAMPS = "trader:benchmark:stamps"


@dataclass(frozen=True, slots=True)
class StreamLatency:
    """Seconds, one for each fill and one for each empty task, taken in turn.

    `tracked` is from the arrival of the venue's message until the journal shows the fill's
    strand, `bare` from an empty task's sending until it runs.
    """

    tracked: Sequence[float]
    bare: Sequence[float]

    def tracked_ms(self, share: float) -> float:
        """Milliseconds that so large a share of the fills does not exceed."""
        return quantile(sorted(self.tracked), share) * 1000

    def bare_ms(self, share: float) -> float:
        """The same of the empty tasks."""
        return quantile(sorted(self.bare), share) * 1000

    @property
    def ratio(self) -> float:
        """How many times an empty task's median a fill's is."""
        return self.tracked_ms(0.5) / self.bare_ms(0.5)


def measure_stream(shop: Workshop, fills: int) -> StreamLatency:
    """Let entries rest at prices of their own, and take the market to one after the other."""
    shop.start_workers()
    shop.start_stream()
    with _bench(shop) as bench:
        plans = bench.rest(WARM_UP + fills)
        pairs = [(bench.fill(plan), bench.run_empty_task()) for plan in plans][WARM_UP:]
    return StreamLatency([tracked for tracked, _ in pairs], [bare for _, bare in pairs])


@dataclass(frozen=True, slots=True)
class _Bench:
    url: str
    store: StrandStore
    redis: Redis
    app: Celery
    told: ToldFills

    def rest(self, count: int) -> list[Lifecycle]:
        """So many plans whose entries rest, the highest first; there is no beat to disturb them."""
        self.app.send_task(task_names.PUBLISH_MARKET, queue=EXCHANGE)
        wait_until(
            lambda: bool(MarketSnapshot(self.redis, self.url).quotes()),
            WAIT_SECONDS,
            "the market is published",
        )
        for number in range(count):
            self.store.insert_foreign(submission(_document(number), utc_now()))
        self.app.send_task(task_names.CHECK_PLANS)
        wait_until(lambda: len(self._resting()) == count, WAIT_SECONDS, "the entries rest")
        return sorted(self._resting(), key=_entry_price, reverse=True)

    def fill(self, plan: Lifecycle) -> float:
        """Seconds from the message of the entry's fill to its strand."""
        (entry,) = plan.orders.values()
        body = {"coin": SYMBOL, "mid": str(_entry_price(plan) - HALF_A_DOLLAR)}
        requests.post(f"{self.url}/_local/market", json=body, timeout=10).raise_for_status()
        seen = self._await_strand(plan)
        seconds = seen - self.told.arrival(entry.cloid)
        wait_until(lambda: self._is_protected(plan), WAIT_SECONDS, "the stop rests")
        return seconds

    def run_empty_task(self) -> float:
        """Seconds from its sending until a worker of the same queue runs it."""
        sent = time.time()
        self.app.send_task("benchmarks.empty.stamp", (STAMPS,), queue=EXCHANGE)
        stamped = self.redis.blpop([STAMPS], timeout=WAIT_SECONDS)
        if stamped is None:
            raise RuntimeError(f"no worker ran the empty task within {WAIT_SECONDS:g} s")
        return float(stamped[1]) - sent

    def _resting(self) -> list[Lifecycle]:
        tracked = (row.lifecycle_id for row in rows_in(self.store, Stage.TRACK))
        plans = Journal(self.store).load_all(tracked).values()
        return [plan for plan in plans if _is_open(plan, Leg.ENTRY)]

    def _await_strand(self, plan: Lifecycle) -> float:
        """The time at which the journal first shows the entry's fill."""
        deadline = time.time() + WAIT_SECONDS
        while (now := time.time()) < deadline:
            row = self.store.lifecycle(plan.lifecycle_id)
            if row is not None and row.seq > plan.seq and self._has_fill(plan):
                return now
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"{plan.plan_id}: its fill was not tracked")

    def _has_fill(self, plan: Lifecycle) -> bool:
        new = self.store.load(plan.lifecycle_id)[plan.seq + 1 :]
        return any(strand.content["event"] == "order_filled" for strand in new)

    def _is_protected(self, plan: Lifecycle) -> bool:
        return _is_open(Journal(self.store).load(plan.lifecycle_id), Leg.STOP)


@contextmanager
def _bench(shop: Workshop) -> Iterator[_Bench]:
    settings = read_settings(shop.environment)
    app = Celery()
    app.conf.update(celery_settings(settings.redis_url))
    with (
        closing(open_store(settings.store_url)) as store,
        Redis.from_url(settings.redis_url) as redis,
        told_fills(settings.venue_url, str(settings.account_address)) as told,
    ):
        yield _Bench(settings.venue_url, store, redis, app, told)


def _is_open(plan: Lifecycle, leg: Leg) -> bool:
    return any(order.state is OrderState.OPEN for order in plan.orders_of(leg))


def _entry_price(plan: Lifecycle) -> Decimal:
    return plan.orders_of(Leg.ENTRY)[-1].request.limit_price


def _document(number: int) -> dict[str, Json]:
    return {
        "plan_id": f"stream-{number}",
        "symbol": SYMBOL,
        "direction": "long",
        "timeframe": "1h",
        "entry": "immediately",
        "order": {"type": "limit", "price": str(HIGHEST - number)},
        "stop_loss": str(STOP),
        "size": {"unit": "quantity", "value": "0.01"},
        "valid_until": (utc_now() + timedelta(hours=1)).isoformat(),
    }
