"""Every kind of store, empty, for the tests that hold them all to the protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from trader.strands.opening import open_store
from trader.strands.store import StrandStore


@pytest.fixture(params=["sqlite"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return {"sqlite": f"sqlite:///{tmp_path / 'journal.db'}"}[request.param]


@pytest.fixture
def store(store_url: str) -> Iterator[StrandStore]:
    opened = open_store(store_url)
    yield opened
    opened.close()
