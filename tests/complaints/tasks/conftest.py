"""This process as a worker, as the workers' own tests have it."""

from tests.workers.conftest import app, exchange, journal, market, messages, store

__all__ = ["app", "exchange", "journal", "market", "messages", "store"]
