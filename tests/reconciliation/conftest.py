"""The desk of the orders' tests, and what compares its account with its journal."""

import pytest
import redis

from tests.orders.conftest import desk, exchange, store
from tests.orders.desk import GRACE, Desk
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.stage import Stage
from trader.reconciliation.cursor import FillCursor
from trader.reconciliation.reconciler import Reconciler

__all__ = ["desk", "exchange", "reconciler", "store"]


@pytest.fixture
def reconciler(desk: Desk, empty_broker_url: str) -> Reconciler:
    """As a worker has it, on a real Redis."""
    return Reconciler(
        store=desk.store,
        venue=desk.venue,
        account_id=desk.account_id,
        address=desk.address,
        tracked=LifecycleCache(desk.store, desk.journal, Stage.TRACK),
        cursor=FillCursor(redis.Redis.from_url(empty_broker_url), desk.account_id),
        clock=desk.clock,
        grace=GRACE,
    )
