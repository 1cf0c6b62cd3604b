"""The desk of the orders' tests, and what compares its account with its journal."""

from tests.complaints.conftest import watching
from tests.reconciliation.conftest import desk, exchange, reconciler, store

__all__ = ["desk", "exchange", "reconciler", "store", "watching"]
