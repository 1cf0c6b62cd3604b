"""One real pipeline for all flow tests; each finds a quiet venue and leaves a quiet one."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.flows.audit import audit
from tests.flows.plans import MIDS
from tests.local_exchange.controls import Controls
from tests.support.flow import Flow
from tests.support.real_processes import real_exchange, real_stack
from trader.strands.sqlite import SqliteStore

SETTINGS = {
    "TRADER_HEARTBEAT_SECONDS": "0.5",
    "TRADER_ORDER_EXPIRY_SECONDS": "5",
    "TRADER_VENUE_TIMEOUT_SECONDS": "3",
    "TRADER_MAX_ORDER_NOTIONAL": "10000000",
}


@pytest.fixture(scope="package")
def pipeline(tmp_path_factory: pytest.TempPathFactory, broker_url: str) -> Iterator[Flow]:
    """The stack as `trader up` runs it, on a market that moves only when a test moves it."""
    folder = tmp_path_factory.mktemp("pipeline")
    database = folder / "trader.db"
    with real_exchange(folder / "exchange", "--seed", "1", "--frozen") as exchange:
        variables = {
            **SETTINGS,
            "TRADER_REDIS_URL": broker_url,
            "TRADER_EXCHANGE_URL": exchange.url,
            "TRADER_STORE_URL": f"sqlite:///{database}",
        }
        with real_stack(folder, variables) as stack, closing(SqliteStore(database)) as store:
            yield Flow(database, store, Controls(exchange.url), stack.supervisor)


@pytest.fixture
def flow(pipeline: Flow) -> Iterator[Flow]:
    """The pipeline, for one test: afterwards its plans are ended and audited."""
    before = pipeline.lifecycle_ids()
    yield pipeline
    plans = pipeline.lifecycle_ids() - before
    for lifecycle_id in plans:
        pipeline.end(lifecycle_id)
    for lifecycle_id in plans:
        pipeline.wait_until_done(lifecycle_id)
        audit(pipeline, lifecycle_id)
    for coin, mid in MIDS.items():
        pipeline.market.set_mid(coin, mid)
