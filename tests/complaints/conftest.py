"""The desk of the orders' tests, what compares its account, and faults that strike it alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.complaints.faults import AccountFaults
from tests.local_exchange.controls import Controls
from tests.orders.desk import Desk
from tests.reconciliation.conftest import desk, exchange, reconciler, store
from trader.reconciliation.reconciler import Reconciler

__all__ = ["desk", "exchange", "reconciler", "store"]


@pytest.fixture
def faults(desk: Desk) -> Iterator[AccountFaults]:
    """Real faults of the exchange, about the desk's account; none outlives the test."""
    faults = AccountFaults(Controls(desk.exchange.url), desk.address)
    yield faults
    faults.end()


@pytest.fixture
def watching(desk: Desk, reconciler: Reconciler) -> Reconciler:
    """The reconciler of an account that has been watched for a while: nothing is before it."""
    desk.clock.advance(-timedelta(seconds=10))
    reconciler.reconcile()
    desk.clock.advance(timedelta(seconds=10))
    return reconciler
