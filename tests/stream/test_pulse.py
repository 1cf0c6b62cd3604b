"""The sign of life that others read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from redis import Redis

from trader.stream.lease import LEASE_KEY
from trader.stream.pulse import Pulse, PulseUnavailable, read_pulse, write_pulse

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PULSE = Pulse(at=NOW, heard_at=None, token=7, symbols=3)


@pytest.fixture
def redis(empty_broker_url: str) -> Iterator[Redis]:
    with Redis.from_url(empty_broker_url) as client:
        client.set(LEASE_KEY, 7)
        yield client


def test_what_is_written_is_read(redis: Redis) -> None:
    assert read_pulse(redis) is None
    write_pulse(redis, PULSE)
    assert read_pulse(redis) == PULSE


def test_who_has_lost_the_lease_gives_no_sign(redis: Redis) -> None:
    write_pulse(redis, PULSE)
    write_pulse(redis, PULSE.model_copy(update={"token": 6, "symbols": 99}))
    assert read_pulse(redis) == PULSE


def test_one_that_cannot_be_read_is_not_guessed(redis: Redis) -> None:
    redis.set("trader:stream:pulse", '{"at": 1}')
    with pytest.raises(PulseUnavailable, match="not readable"):
        read_pulse(redis)
