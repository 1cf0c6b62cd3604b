"""Nonces for tests: of the test's own process, or of Redis as the workers take them."""

import itertools
import time
from collections.abc import Callable
from datetime import datetime

from redis import Redis

from trader.venues.admission import Admission
from trader.venues.budget import Priority, SharedBudget, Unlimited
from trader.venues.request_counter import RequestCounter
from trader.venues.weight_bucket import WeightBucket

WEIGHT_WITHOUT_END = 10**9


def shared_budget(
    redis: Redis,
    signer: str,
    per_minute: int = 1200,
    pause: Callable[[float], None] = lambda _seconds: None,
) -> SharedBudget:
    """The budget of a process that trades for the signer's own account; it does not sleep."""
    return SharedBudget(
        WeightBucket(redis, per_minute),
        RequestCounter(redis, signer),
        Admission(redis, signer),
        pause,
    )


class OwnNonces(Unlimited):
    """No limits, and a counter that all clients of one test share."""

    def __init__(self, first: int | None = None) -> None:
        self._counter = itertools.count(first or time.time_ns() // 1_000_000)

    def admit(self, weight: int, requests: int, priority: Priority, now: datetime) -> int:  # noqa: ARG002
        return self.next()

    def next(self) -> int:
        """A nonce for what a test sends by hand."""
        return next(self._counter)


class SharedNonces:
    """The nonces of one signing key in Redis, where nothing else is short."""

    def __init__(self, redis: Redis, signer: str) -> None:
        self.budget = shared_budget(redis, signer, WEIGHT_WITHOUT_END)

    def next(self, now: datetime) -> int:
        """The nonce of the next action at that time."""
        return self.budget.admit(1, 1, Priority.ENTRY, now)
