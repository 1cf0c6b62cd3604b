"""Sessions whose files are closed in the end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from local_exchange.engine.config import ExchangeConfig
from tests.local_exchange.inputs.session import OPENED_MS, Session, market

MOVING = market()


class OpenSession(Protocol):
    """Opens the data directory."""

    def __call__(
        self, directory: Path, config: ExchangeConfig = ..., now_ms: int = ...
    ) -> Session: ...


@pytest.fixture
def open_session() -> Iterator[OpenSession]:
    sessions: list[Session] = []

    def opened(
        directory: Path, config: ExchangeConfig = MOVING, now_ms: int = OPENED_MS
    ) -> Session:
        sessions.append(Session(directory, config, now_ms))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.crash()
