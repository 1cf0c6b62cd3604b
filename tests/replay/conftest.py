"""The desk of the orders' tests: a journal on disk, and an account at a real exchange."""

from tests.orders.conftest import desk, exchange, store

__all__ = ["desk", "exchange", "store"]
