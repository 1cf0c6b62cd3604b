"""The bucket of weight that all processes draw from, on a real server."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from trader.venues.weight_bucket import KEY, WeightBucket

PER_MINUTE = 1200
BURST = 400
FLOW = 800 / 60
PROCESSES, THREADS = 3, 4


def let_pass(redis: Redis, seconds: float) -> None:
    """As if the last drawing were so much longer ago."""
    at = redis.hget(KEY, "at")
    if at is not None:
        redis.hset(KEY, "at", int(at) - int(seconds * 1_000_000))


def drain(bucket: WeightBucket, reserve: float = 0.0) -> int:
    """Take until it is refused; what was taken."""
    taken = 0
    while bucket.take(7, reserve=reserve) == 0:
        taken += 7
    return taken


def drain_in_threads(socket_path: str) -> int:
    with Redis(unix_socket_path=socket_path) as redis, ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(drain, [WeightBucket(redis, PER_MINUTE) for _ in range(THREADS)]))


def test_processes_and_threads_together_take_no_more_than_there_is(redis: Redis) -> None:
    socket_path = redis.connection_pool.connection_kwargs["path"]
    started = time.monotonic()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        taken = sum(pool.map(drain_in_threads, [socket_path] * PROCESSES))
    assert BURST - 7 < taken <= BURST + FLOW * (time.monotonic() - started)


def test_a_burst_then_an_even_flow(redis: Redis) -> None:
    bucket = WeightBucket(redis, PER_MINUTE)
    assert bucket.left() == BURST
    assert bucket.take(BURST) == 0
    assert bucket.take(20) == pytest.approx(20 / FLOW, abs=0.1)
    let_pass(redis, 1.5)
    assert bucket.take(20) == 0
    let_pass(redis, 3600)
    assert bucket.left() == BURST


def test_the_reserve_is_left(redis: Redis) -> None:
    bucket = WeightBucket(redis, PER_MINUTE)
    drain(bucket, reserve=100.0)
    assert 100 <= bucket.left() < 108
    assert bucket.take(7, reserve=100.0) > 0
    assert bucket.take(7) == 0


def test_a_refused_request_takes_nothing(redis: Redis) -> None:
    bucket = WeightBucket(redis, PER_MINUTE)
    bucket.take(BURST - 10)
    for _ in range(20):
        assert bucket.take(60) > 0
    assert bucket.left() >= 10


def test_debt_is_paid_before_others_take(redis: Redis) -> None:
    bucket = WeightBucket(redis, PER_MINUTE)
    bucket.take(BURST)
    bucket.force(100)
    assert bucket.left() == -100
    assert bucket.take(1) == pytest.approx(101 / FLOW, abs=0.1)


def test_backing_off_holds_those_who_heed_it(redis: Redis) -> None:
    bucket, another = WeightBucket(redis, PER_MINUTE), WeightBucket(redis, PER_MINUTE)
    bucket.back_off(30.0)
    assert another.take(2, heeds_back_off=True) == pytest.approx(30, abs=1)
    assert another.take(2) == 0
    redis.delete("trader:budget:back_off")
    assert another.take(2, heeds_back_off=True) == 0


def test_backing_off_ends_by_itself(redis: Redis) -> None:
    bucket = WeightBucket(redis, PER_MINUTE)
    bucket.back_off(0.05)
    deadline = time.monotonic() + 5
    while bucket.take(1, heeds_back_off=True) > 0:
        assert time.monotonic() < deadline


def test_a_clock_that_goes_back_fills_nothing_and_stops_nothing(redis: Redis) -> None:
    bucket = WeightBucket(redis, PER_MINUTE)
    bucket.take(BURST)
    let_pass(redis, -3600)
    assert bucket.left() == 0
    let_pass(redis, 1)
    assert bucket.left() >= 13


def test_it_is_forgotten_only_when_it_is_full_again(redis: Redis) -> None:
    bucket = WeightBucket(redis, PER_MINUTE)
    bucket.force(2 * BURST)
    assert redis.ttl(KEY) > 2 * BURST / FLOW


def test_without_redis_it_fails() -> None:
    with (
        Redis(unix_socket_path="/no/such/socket", retry=Retry(NoBackoff(), 0)) as redis,
        pytest.raises(RedisError),
    ):
        WeightBucket(redis, PER_MINUTE).take(1)


PROPERTY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example starts anew
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 120), st.sampled_from([0.0, 100.0, 200.0])),
        st.tuples(st.just("force"), st.integers(1, 300), st.just(0.0)),
        st.tuples(st.just("pass"), st.integers(1, 20), st.just(0.0)),
    ),
    max_size=40,
)


@PROPERTY
@given(STEPS)
def test_it_stays_within_its_bounds(redis: Redis, steps: list[tuple[str, int, float]]) -> None:
    redis.delete(KEY)
    bucket = WeightBucket(redis, PER_MINUTE)
    for step, amount, reserve in steps:
        match step:
            case "take":
                before = bucket.left()
                if bucket.take(amount, reserve=reserve) == 0:
                    assert bucket.left() >= reserve
                else:
                    assert before - amount < reserve
            case "force":
                bucket.force(amount)
            case _:
                let_pass(redis, amount)
        assert -BURST <= bucket.left() <= BURST


@PROPERTY
@given(st.lists(st.tuples(st.integers(1, 120), st.integers(0, 15)), max_size=60))
def test_no_minute_holds_more_than_the_limit(redis: Redis, steps: list[tuple[int, int]]) -> None:
    redis.delete(KEY)
    bucket, now, taken = WeightBucket(redis, PER_MINUTE), 0, []
    started = time.monotonic()
    for weight, seconds in steps:
        now += seconds
        let_pass(redis, seconds)
        if bucket.take(weight) == 0:
            taken.append((now, weight))
    really = FLOW * (time.monotonic() - started) + 1
    for start, _ in taken:
        assert sum(weight for at, weight in taken if 0 <= at - start <= 60) <= PER_MINUTE + really
