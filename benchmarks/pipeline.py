"""How fast plans go their whole way, against four empty tasks on the same broker and workers."""

import os
import time
from dataclasses import dataclass
from datetime import timedelta

from celery import Celery, chain
from redis import Redis

from benchmarks.workshop import Workshop
from trader.clock import utc_now
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Outcome, Stage
from trader.market.snapshot import MarketSnapshot
from trader.plans.submission import submission
from trader.processes.waiting import wait_until
from trader.settings import read_settings
from trader.strands.opening import open_store
from trader.strands.store import StrandStore
from trader.strands.strand import Json
from workers import task_names

SYMBOLS = ("BTC", "ETH", "SOL", "HYPE", "ARB", "DOGE")
WAIT_SECONDS = 300.0
EMPTY = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class PipelineSpeed:
    """Plans and bare chains a second, `count` of each, one after the other in one run."""

    count: int
    plans_per_second: float
    chains_per_second: float

    @property
    def ratio(self) -> float:
        """How much of the bare chain's speed is left when the tasks do their work."""
        return self.plans_per_second / self.chains_per_second


def measure_pipeline(shop: Workshop, count: int) -> PipelineSpeed:
    """Warm the workers up, then time the bare chains and the plans."""
    os.environ.update({n: v for n, v in shop.environment.items() if n.startswith("TRADER_")})
    shop.start_workers()
    bench = _Bench(shop)
    bench.run_chains(20)
    bench.run_plans(10)
    chains = bench.run_chains(count)
    plans = bench.run_plans(count)
    return PipelineSpeed(count, count / plans, count / chains)


class _Bench:
    def __init__(self, shop: Workshop) -> None:
        from benchmarks.empty_tasks import FINISHED
        from workers.app import app

        settings = read_settings(shop.environment)
        self._app: Celery = app
        self._finished_key = FINISHED
        self._redis = Redis.from_url(settings.redis_url)
        self._market = MarketSnapshot(self._redis, settings.venue_url)
        self._store: StrandStore = open_store(settings.store_url)
        self._submitted = 0

    def run_chains(self, count: int) -> float:
        """Seconds until so many chains of empty tasks are through."""
        before = self._chains_done()
        started = time.perf_counter()
        for _ in range(count):
            chain(*(self._app.signature(f"benchmarks.empty.{n}", immutable=True) for n in EMPTY))()
        wait_until(lambda: self._chains_done() - before >= count, WAIT_SECONDS, "the chains end")
        return time.perf_counter() - started

    def run_plans(self, count: int) -> float:
        """Seconds until so many plans are analyzed, from their condition check on."""
        self._app.send_task(task_names.PUBLISH_MARKET)
        wait_until(self._market_is_there, WAIT_SECONDS, "the market is published")
        before = self._plans_done()
        for _ in range(count):
            self._store.insert_foreign(submission(self._document(), utc_now()))
        started = time.perf_counter()
        self._app.send_task(task_names.CHECK_PLANS)
        wait_until(lambda: self._plans_done() - before >= count, WAIT_SECONDS, "the plans end")
        return time.perf_counter() - started

    def _chains_done(self) -> int:
        return int(self._redis.get(self._finished_key) or 0)

    def _plans_done(self) -> int:
        rows = list(rows_in(self._store, Stage.DONE))
        failed = [row for row in rows if row.outcome not in (Outcome.CLOSED, None)]
        if failed:
            raise RuntimeError(f"{failed[0].lifecycle_id} ended {failed[0].outcome}")
        return len([row for row in rows if (row.plan_id or "").startswith("pipeline-")])

    def _market_is_there(self) -> bool:
        return bool(self._market.quotes())

    def _document(self) -> dict[str, Json]:
        """A plan that enters at market and leaves at once: the whole way without waiting."""
        self._submitted += 1
        return {
            "plan_id": f"pipeline-{self._submitted}",
            "symbol": SYMBOLS[self._submitted % len(SYMBOLS)],
            "direction": "long",
            "timeframe": "1h",
            "entry": "immediately",
            "order": {"type": "market", "max_slippage_bps": "500"},
            "size": {"unit": "notional", "value": "50"},
            "max_hold": "PT0.001S",
            "valid_until": (utc_now() + timedelta(hours=1)).isoformat(),
        }
