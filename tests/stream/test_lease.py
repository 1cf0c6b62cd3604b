"""One holder at a time, and tokens that only rise."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from trader.processes.waiting import wait_until
from trader.stream.lease import Lease, LeaseLost, LeaseUnavailable

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LENGTH = timedelta(seconds=0.3)
LONG = timedelta(minutes=1)


@pytest.fixture
def redis(empty_broker_url: str) -> Iterator[Redis]:
    with Redis.from_url(empty_broker_url) as client:
        yield client


def test_one_holds_it_until_it_is_released(redis: Redis) -> None:
    first, second = Lease(redis, LONG), Lease(redis, LONG)
    token = first.take(NOW)
    assert token is not None
    assert second.take(NOW) is None
    first.release(token)
    later = second.take(NOW)
    assert later is not None
    assert later > token


def test_it_runs_out_unless_it_is_renewed(redis: Redis) -> None:
    first, second = Lease(redis, LENGTH), Lease(redis, LENGTH)
    token = first.take(NOW)
    assert token is not None
    until = time.monotonic() + 3 * LENGTH.total_seconds()
    while time.monotonic() < until:
        first.renew(token)
        assert second.take(NOW) is None
    wait_until(lambda: second.take(NOW) is not None, 5, "the lease runs out")
    with pytest.raises(LeaseLost, match=str(token)):
        first.renew(token)


def test_who_lost_it_cannot_release_it_for_its_successor(redis: Redis) -> None:
    first, second = Lease(redis, LENGTH), Lease(redis, LONG)
    token = first.take(NOW)
    assert token is not None
    wait_until(lambda: second.take(NOW) is not None, 5, "the lease runs out")
    first.release(token)
    assert first.take(NOW) is None


def test_tokens_rise_when_redis_has_lost_its_memory(redis: Redis) -> None:
    lease = Lease(redis, LONG)
    token = lease.take(NOW)
    redis.flushall()
    later = lease.take(NOW + timedelta(seconds=1))
    assert token is not None
    assert later is not None
    assert later > token


def test_without_redis_nobody_knows() -> None:
    with Redis(unix_socket_path="/no/such/socket", retry=Retry(NoBackoff(), 0)) as nowhere:
        lease = Lease(nowhere, LENGTH)
        for call in (lambda: lease.take(NOW), lambda: lease.renew(1), lambda: lease.release(1)):
            with pytest.raises(LeaseUnavailable):
                call()
