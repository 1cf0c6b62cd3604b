"""What placing many triggered plans costs together, against one by one."""

import os
import time
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.workshop import Workshop
from trader.clock import utc_now
from trader.lifecycle.stage import Stage
from trader.plans.submission import submission
from trader.strands.strand import Json

SYMBOL = "ETH"


@dataclass(frozen=True, slots=True)
class BulkCost:
    """Milliseconds a plan, over `plans` each way."""

    plans: int
    together_ms: float
    single_ms: float

    @property
    def ratio(self) -> float:
        """How much of the single way's cost is left."""
        return self.together_ms / self.single_ms


def measure_bulk(shop: Workshop, plans: int) -> BulkCost:
    """Trigger plans whose entries rest far below the market, and place them both ways."""
    os.environ.update({n: v for n, v in shop.environment.items() if n.startswith("TRADER_")})
    from workers.exchange_context import order_manager

    manager = order_manager()
    manager.place_orders_when_ready(_triggered("warm-up", 5))
    single, together = _triggered("single", plans), _triggered("together", plans)
    started = time.perf_counter()
    for lifecycle_id in single:
        manager.place_order_when_ready(lifecycle_id)
    between = time.perf_counter()
    stages = manager.place_orders_when_ready(together)
    ended = time.perf_counter()
    if set(stages.values()) != {Stage.TRACK}:
        raise RuntimeError(f"not all plans were placed: {set(stages.values())}")
    return BulkCost(plans, (ended - between) / plans * 1000, (between - started) / plans * 1000)


def _triggered(prefix: str, count: int) -> list[str]:
    from trader.lifecycle.intake import take_in
    from workers.exchange_context import market_venue
    from workers.journal_context import entry_watch, journal, store

    quotes = market_venue().quotes()
    for number in range(count):
        store().insert_foreign(submission(_document(f"{prefix}-{number}"), utc_now()))
    take_in(store(), journal(), market_venue().instruments(), utc_now())
    return list(entry_watch().triggered(quotes))


def _document(plan_id: str) -> dict[str, Json]:
    return {
        "plan_id": plan_id,
        "symbol": SYMBOL,
        "direction": "long",
        "timeframe": "1h",
        "entry": "immediately",
        "order": {"type": "limit", "price": "1500"},
        "size": {"unit": "quantity", "value": "0.01"},
        "valid_until": (utc_now() + timedelta(hours=1)).isoformat(),
    }
