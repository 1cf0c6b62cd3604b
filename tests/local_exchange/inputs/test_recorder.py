"""Idle steps are merged; whatever concerns an account is written at once."""

import json
from pathlib import Path

import pytest

from local_exchange.inputs.log import FILE_NAME
from tests.local_exchange.inputs.conftest import OpenSession
from tests.local_exchange.inputs.session import OPENED_MS, Session, market

MINUTE_MS = 60_000
START_OF_MINUTE_MS = OPENED_MS - OPENED_MS % MINUTE_MS + MINUTE_MS


def recorded(directory: Path) -> list[str | int]:
    """The kinds of the entries; of steps, how long after the start of the minute they are."""
    lines = (directory / FILE_NAME).read_text().splitlines()[1:]
    changes = [json.loads(line)["change"] for line in lines]
    return [
        change["now_ms"] - START_OF_MINUTE_MS if change["kind"] == "time" else change["kind"]
        for change in changes
    ]


@pytest.fixture
def session(open_session: OpenSession, tmp_path: Path) -> Session:
    return open_session(tmp_path, market(), START_OF_MINUTE_MS)


def test_steps_merge_until_something_happens(tmp_path: Path, session: Session) -> None:
    for _ in range(5):
        session.advance(1_000)
    assert recorded(tmp_path) == []
    session.deposit("10")
    session.advance(1_000)
    session.venue.close()
    assert recorded(tmp_path) == [5_000, "deposit", 6_000]


def test_a_new_minute_is_a_new_entry(tmp_path: Path, session: Session) -> None:
    for _ in range(130):
        session.advance(1_000)
    session.venue.close()
    assert recorded(tmp_path) == [59_000, 119_000, 130_000]


def test_steps_do_not_grow_longer(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session(tmp_path, market(step_ms=10), START_OF_MINUTE_MS)
    for _ in range(10):
        session.advance(1_000)
    session.venue.close()
    assert recorded(tmp_path) == [6_000, 10_000]


def test_time_that_stands_is_not_recorded(tmp_path: Path, session: Session) -> None:
    session.advance(0)
    session.clock_ms -= 5_000
    session.advance(1_000)
    session.venue.close()
    assert recorded(tmp_path) == []
