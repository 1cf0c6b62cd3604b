"""An empty journal for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from trader.strands.sqlite import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty journal in a file."""
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()
