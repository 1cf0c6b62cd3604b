"""A journal on disk, and an exchange that says what really happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orders.desk import Desk
from tests.venues.exchange_process import ExchangeProcess
from trader.strands.sqlite import SqliteStore


@pytest.fixture(scope="session")
def exchange() -> Iterator[ExchangeProcess]:
    """One exchange for all tests of orders, its prices frozen; every test has its own account."""
    with ExchangeProcess() as process:
        yield process


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty journal in a file."""
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()


@pytest.fixture
def desk(exchange: ExchangeProcess, store: SqliteStore) -> Desk:
    """A funded account at a quiet market of 60000, and as many workers for it as one likes."""
    return Desk(exchange, store)
