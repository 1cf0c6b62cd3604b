"""Carrying out tasks as a worker process does, and plans to carry them out on."""

from datetime import timedelta
from uuid import uuid4

from celery import Celery
from celery.app.trace import build_tracer

from tests.local_exchange.controls import Controls
from trader.clock import utc_now
from trader.lifecycle.stage import Stage
from trader.plans.submission import submission
from trader.strands.store import StrandStore
from trader.strands.strand import Json

PUBLISH_MARKET = "workers.market.publish_market"
CHECK_PLANS = "workers.monitor.check_plans"
TAKE_IN_PLANS = "workers.monitor.take_in_plans"
CHECK = "workers.monitor.check_plan"
PLACE = "workers.place.place_order"
PLACE_TOGETHER = "workers.place.place_orders"
TRACK = "workers.track.track_orders"
SWEEP_ORDERS = "workers.track.sweep_orders"
ANALYZE = "workers.analyze.analyze_execution"

STAGE_TASKS = {Stage.PLACE: PLACE, Stage.TRACK: TRACK, Stage.ANALYZE: ANALYZE}

MID, TARGET = "100000", "103000"


def carry_out(app: Celery, name: str, *arguments: Json, following: tuple[str, ...] = ()) -> None:
    """Run a task as for a message from the broker; `following` are the later links of its chain.

    What it publishes goes to the broker; a failure is handled as Celery handles it.
    """
    links = [app.signature(link, args=arguments, immutable=True) for link in following]
    request = {
        "id": str(uuid4()),
        "task": name,
        "args": list(arguments),
        "kwargs": {},
        "retries": 0,
        "chain": [dict(link) for link in reversed(links)],
        "delivery_info": {},
        "called_directly": False,
    }
    build_tracer(name, app.tasks[name], app=app)(request["id"], arguments, {}, request)


def submit(store: StrandStore, **changes: Json) -> str:
    """Approve a plan that enters at once, with stop and target; its lifecycle id."""
    plan: dict[str, Json] = {
        "plan_id": f"plan-{uuid4()}",
        "symbol": "BTC",
        "direction": "long",
        "timeframe": "1m",
        "entry": "immediately",
        "order": {"type": "market"},
        "size": {"unit": "notional", "value": "500"},
        "stop_loss": "98000",
        "take_profit": TARGET,
        "valid_until": (utc_now() + timedelta(minutes=1)).isoformat(),
    }
    strand = submission(plan | changes, utc_now())
    store.insert_foreign(strand)
    assert strand.lifecycle_id is not None
    return strand.lifecycle_id


def plan_at(stage: Stage, app: Celery, store: StrandStore, market: Controls) -> str:
    """A plan that the tasks have brought to this stage; at `track` its position is protected."""
    waits: Json = {"type": "price_above", "level": "1000000"}
    lifecycle_id = submit(store, entry=waits if stage is Stage.MONITOR else "immediately")
    carry_out(app, PUBLISH_MARKET)
    carry_out(app, CHECK_PLANS)
    if stage in (Stage.TRACK, Stage.ANALYZE, Stage.DONE):
        carry_out(app, PLACE, lifecycle_id)
        carry_out(app, TRACK, lifecycle_id)
    if stage in (Stage.ANALYZE, Stage.DONE):
        market.set_mid("BTC", TARGET)
        carry_out(app, TRACK, lifecycle_id)
    if stage is Stage.DONE:
        carry_out(app, ANALYZE, lifecycle_id)
    row = store.lifecycle(lifecycle_id)
    assert row is not None
    assert row.stage == stage
    return lifecycle_id
