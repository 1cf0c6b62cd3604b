"""The sign of life of those who take plans in, on a real broker."""

from collections.abc import Iterator

import pytest
from redis import Redis

from trader.lifecycle.intake_pulse import IntakeUnknown, intake_is_alive, note_intake
from trader.processes.waiting import wait_until


@pytest.fixture
def redis(empty_broker_url: str) -> Iterator[Redis]:
    with Redis.from_url(empty_broker_url) as client:
        yield client


def test_it_lives_once_plans_were_looked_for(redis: Redis) -> None:
    assert not intake_is_alive(redis)
    note_intake(redis, 60.0)
    assert intake_is_alive(redis)


@pytest.mark.parametrize(("heartbeat", "seconds"), [(60.0, 180), (1.0, 10), (0.5, 10)])
def test_it_lasts_some_heartbeats(redis: Redis, heartbeat: float, seconds: int) -> None:
    note_intake(redis, heartbeat)
    (key,) = redis.keys("trader:intake:*")
    assert seconds - 1 < redis.pttl(key) / 1000 <= seconds


def test_it_ends_by_itself(redis: Redis) -> None:
    note_intake(redis, 60.0)
    (key,) = redis.keys("trader:intake:*")
    redis.pexpire(key, 20)
    wait_until(lambda: not intake_is_alive(redis), 5, "the pulse is over")


def test_without_a_broker_nothing_is_known() -> None:
    with Redis.from_url("redis://127.0.0.1:1/0") as nowhere:
        with pytest.raises(IntakeUnknown):
            intake_is_alive(nowhere)
        with pytest.raises(IntakeUnknown, match="not written"):
            note_intake(nowhere, 1.0)
