"""The whole pipeline with a heartbeat that never comes: what moves a plan is the stream."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis

from tests.local_exchange.controls import Controls
from tests.support.flow import Flow
from tests.support.real_processes import real_exchange, real_stack
from trader.clock import utc_now
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.market.snapshot import MarketSnapshot
from trader.processes.commands import CELERY
from trader.processes.environments import for_command
from trader.processes.waiting import wait_until
from trader.strands.sqlite import SqliteStore
from trader.strands.strand import Json
from trader.stream.pulse import read_pulse

NEVER = {"TRADER_HEARTBEAT_SECONDS": "3600"}
SECONDS = 5.0
"""Each move of a plan takes less than this, a queue and two processes on a busy machine included.

Without the stream each would take an hour.
"""


@pytest.fixture
def started(tmp_path: Path, empty_broker_url: str) -> Iterator[tuple[Flow, str]]:
    """A pipeline that has had one heartbeat, and the id of a plan that waits above 3050."""
    database = tmp_path / "trader.db"
    with real_exchange(tmp_path / "exchange", "--seed", "1", "--frozen") as exchange:
        variables = {
            **NEVER,
            "TRADER_REDIS_URL": empty_broker_url,
            "TRADER_EXCHANGE_URL": exchange.url,
            "TRADER_STORE_URL": f"sqlite:///{database}",
        }
        with real_stack(tmp_path, variables) as stack, closing(SqliteStore(database)) as store:
            flow = Flow(database, store, Controls(exchange.url), stack.supervisor)
            flow.market.set_mid("ETH", "3000")
            key = flow.submit(plan())
            environment = for_command({**os.environ, **stack.environment}, signs=False)
            beat = [*CELERY, "call", "workers.market.publish_market"]
            subprocess.run(beat, env=environment, check=True, capture_output=True)
            yield flow, key


def plan(**changes: Json) -> dict[str, Json]:
    known: dict[str, Json] = {
        "plan_id": f"plan-{uuid4()}",
        "symbol": "ETH",
        "direction": "long",
        "timeframe": "1m",
        "entry": {"type": "price_above", "level": "3050"},
        "order": {"type": "market"},
        "size": {"unit": "quantity", "value": "0.2"},
        "stop_loss": "2900",
        "take_profit": "3200",
        "valid_until": utc_now().replace(year=utc_now().year + 1).isoformat(),
    }
    return {**known, **changes}


def test_a_plan_from_its_level_to_its_end(started: tuple[Flow, str], broker_url: str) -> None:
    flow, key = started
    wait_until(lambda: flow.lifecycle(key) is not None, 60, "the plan was taken in")
    wait_until(lambda: _follows(broker_url, flow.market.url), 30, "the stream follows ETH")

    moved_at = utc_now()
    flow.market.set_mid("ETH", "3060")
    entered = flow.wait_until_working(key, Leg.STOP, Leg.TARGET)
    triggered_at = next(at for at, event in entered.history if event.event == "entry_triggered")
    assert (triggered_at - moved_at).total_seconds() < SECONDS
    assert (entered.updated_at - triggered_at).total_seconds() < SECONDS

    arrived_at = utc_now()
    second = flow.submit(plan(entry={"type": "immediately"}))
    entered = flow.wait_until_working(second, Leg.STOP, Leg.TARGET)
    assert (entered.updated_at - arrived_at).total_seconds() < SECONDS

    moved_at = utc_now()
    flow.market.set_mid("ETH", "3210")
    done = flow.wait_until_done(key)
    assert (done.stage, done.outcome) == (Stage.DONE, Outcome.CLOSED)
    assert (done.updated_at - moved_at).total_seconds() < SECONDS
    assert [order["status"] for order in flow.venue_orders(key)].count("filled") == 2


def _follows(broker_url: str, venue_url: str) -> bool:
    with Redis.from_url(broker_url) as redis:
        pulse = read_pulse(redis)
        quote = MarketSnapshot(redis, venue_url).quote("ETH")
    return pulse is not None and pulse.symbols == 1 and quote is not None and quote.bid is not None
