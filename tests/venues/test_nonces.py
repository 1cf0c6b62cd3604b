"""One rising counter a signing key, over every process and thread."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.nonces import SharedNonces
from tests.venues.builders import ADDRESS, NOW
from trader.venues.moments import to_milliseconds
from trader.venues.nonces import NonceUnavailable

OTHER = "0x00000000000000000000000000000000000000ff"
NOW_MS = to_milliseconds(NOW)
NO_RETRY = Retry(NoBackoff(), retries=0)
PROCESSES, THREADS, NONCES_EACH = 3, 4, 50


def take(redis: Redis, _: int = 0) -> list[int]:
    """As a worker does, with the wall clock."""
    counter = SharedNonces(redis, ADDRESS)
    return [counter.next(datetime.now(UTC)) for _ in range(NONCES_EACH)]


def take_in_threads(socket_path: str) -> list[list[int]]:
    with Redis(unix_socket_path=socket_path) as redis, ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(partial(take, redis), range(THREADS)))


def test_processes_and_threads_never_share_a_nonce(redis: Redis) -> None:
    socket_path = redis.connection_pool.connection_kwargs["path"]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        taken = pool.map(take_in_threads, [socket_path] * PROCESSES)
        runs = [run for runs in taken for run in runs]
    nonces = [nonce for run in runs for nonce in run]
    assert len(set(nonces)) == PROCESSES * THREADS * NONCES_EACH
    assert all(run == sorted(run) for run in runs)


def test_the_clock_when_it_is_ahead_else_one_more(redis: Redis) -> None:
    counter = SharedNonces(redis, ADDRESS)
    moments = [NOW, NOW, NOW - timedelta(hours=1), NOW + timedelta(milliseconds=10)]
    assert [counter.next(moment) - NOW_MS for moment in moments] == [0, 1, 2, 10]


def test_each_signer_counts_alone_whatever_the_case(redis: Redis) -> None:
    assert SharedNonces(redis, ADDRESS).next(NOW) == NOW_MS
    assert SharedNonces(redis, OTHER).next(NOW) == NOW_MS
    assert SharedNonces(redis, ADDRESS.upper()).next(NOW) == NOW_MS + 1


def test_nonces_rise_when_redis_has_lost_its_memory(redis: Redis) -> None:
    counter = SharedNonces(redis, ADDRESS)
    before = counter.next(NOW)
    redis.flushall()
    redis.script_flush()
    assert counter.next(NOW + timedelta(milliseconds=1)) > before


def test_large_nonces_are_exact(redis: Redis) -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    counter = SharedNonces(redis, ADDRESS)
    assert [counter.next(far) - to_milliseconds(far) for _ in range(3)] == [0, 1, 2]


def test_without_redis_there_is_no_nonce() -> None:
    with (
        Redis(unix_socket_path="/no/such/socket", retry=NO_RETRY) as redis,
        pytest.raises(NonceUnavailable, match="no nonce from Redis"),
    ):
        SharedNonces(redis, ADDRESS).next(NOW)
