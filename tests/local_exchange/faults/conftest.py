"""A funded account on a real server, a client that signs for it, and one that only asks."""

from collections.abc import Iterator
from typing import Any, Protocol

import pytest
import requests

from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls
from tests.local_exchange.wire.signing_client import ADDRESS, Client


class Ask(Protocol):
    """Posts a query and gives its answer."""

    def __call__(self, query: str, **terms: Any) -> Any: ...


@pytest.fixture
def client(exchange_server: str, controls: Controls) -> Iterator[Client]:
    controls.deposit(ADDRESS)
    trader = Client(exchange_server)
    yield trader
    trader.close()


@pytest.fixture
def ask(exchange_server: str) -> Ask:
    def answer(query: str, **terms: Any) -> Any:
        reply = requests.post(
            f"{exchange_server}/info", json={"type": query} | terms, timeout=TIMEOUT_SECONDS
        )
        reply.raise_for_status()
        return reply.json()

    return answer
