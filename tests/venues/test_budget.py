"""Who may still ask: the urgent first, and whatever happens to Redis."""

import pickle

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.nonces import shared_budget
from tests.venues.builders import ADDRESS
from trader.venues.budget import (
    BACK_OFF_SECONDS,
    URGENT_WAIT_SECONDS,
    Budget,
    Priority,
    SharedBudget,
    Unlimited,
)
from trader.venues.request_counter import RequestUse
from trader.venues.venue import BudgetExhausted, VenueUnavailable
from trader.venues.weight_bucket import WeightBucket

PER_MINUTE, BURST = 1200, 400
LOWER = [Priority.ENTRY, Priority.READ]


def shared(redis: Redis, pauses: list[float] | None = None) -> SharedBudget:
    """A process's budget; it notes its pauses instead of sleeping."""
    noted = [] if pauses is None else pauses
    return shared_budget(redis, ADDRESS, PER_MINUTE, noted.append)


def drain(budget: SharedBudget, priority: Priority) -> int:
    """Take until it is refused; what was taken."""
    taken = 0
    while True:
        try:
            budget.take(4, priority)
        except BudgetExhausted:
            return taken
        taken += 4


def test_each_priority_leaves_its_reserve_to_those_above(redis: Redis) -> None:
    budget = shared(redis)
    assert drain(budget, Priority.READ) == pytest.approx(200, abs=8)
    assert drain(budget, Priority.ENTRY) == pytest.approx(100, abs=8)
    pauses: list[float] = []
    urgent = shared(redis, pauses)
    for _ in range(24):
        urgent.take(4, Priority.URGENT)
    assert pauses == []


def test_the_exception_says_how_long_to_wait(redis: Redis) -> None:
    budget = shared(redis)
    drain(budget, Priority.READ)
    with pytest.raises(BudgetExhausted, match=r"priority read: wait 1\.") as refused:
        budget.take(20, Priority.READ)
    assert 1.0 < refused.value.seconds < 2.0
    again = pickle.loads(pickle.dumps(refused.value))
    assert (str(again), again.seconds) == (str(refused.value), refused.value.seconds)


def test_an_urgent_request_waits_for_its_weight(redis: Redis) -> None:
    pauses: list[float] = []
    budget, bucket = shared(redis, pauses), WeightBucket(redis, PER_MINUTE)
    bucket.take(BURST)
    budget.take(2, Priority.URGENT)
    assert pauses == [pytest.approx(0.15, abs=0.1)]
    assert bucket.left() < 0


def test_an_urgent_request_goes_after_a_bounded_wait(redis: Redis) -> None:
    pauses: list[float] = []
    budget, bucket = shared(redis, pauses), WeightBucket(redis, PER_MINUTE)
    bucket.take(BURST)
    bucket.force(BURST)
    for _ in range(5):
        budget.take(20, Priority.URGENT)
    assert pauses == [URGENT_WAIT_SECONDS] * 5
    assert bucket.left() == pytest.approx(-BURST, abs=2)


@pytest.mark.parametrize("priority", LOWER)
def test_a_429_that_one_met_is_seen_by_all(redis: Redis, priority: Priority) -> None:
    one, another, pauses = shared(redis), shared(redis), []
    met = one.back_off()
    assert met.seconds == BACK_OFF_SECONDS
    with pytest.raises(BudgetExhausted) as refused:
        another.take(2, priority)
    assert refused.value.seconds == pytest.approx(BACK_OFF_SECONDS, abs=1)
    shared(redis, pauses).take(2, Priority.URGENT)
    assert pauses == []


def test_what_a_reply_weighed_is_owed(redis: Redis) -> None:
    budget = shared(redis)
    budget.take(20, Priority.READ)
    budget.owe(100)
    assert WeightBucket(redis, PER_MINUTE).left() == pytest.approx(BURST - 120, abs=2)


def test_an_exhausted_address_holds_entries_and_lets_the_urgent_go(redis: Redis) -> None:
    one, another = shared(redis), shared(redis)
    one.refused(RequestUse(10_001, 10_000))
    with pytest.raises(BudgetExhausted, match="used up the requests") as refused:
        another.spend(1, Priority.ENTRY)
    assert 9 < refused.value.seconds <= 10
    another.spend(3, Priority.URGENT)
    assert another.use() == RequestUse(10_004, 10_000)


def test_the_venues_count_is_read_by_one_in_a_minute(redis: Redis) -> None:
    one, another = shared(redis), shared(redis)
    assert (one.is_use_due(), another.is_use_due()) == (True, False)
    assert another.use() is None
    one.record(RequestUse(1, 10_000))
    assert another.use() == RequestUse(1, 10_000)


@pytest.fixture
def without_redis() -> SharedBudget:
    return shared(Redis(unix_socket_path="/no/such/socket", retry=Retry(NoBackoff(), 0)))


@pytest.mark.parametrize("priority", LOWER)
def test_without_redis_reads_and_entries_wait(
    without_redis: SharedBudget, priority: Priority
) -> None:
    with pytest.raises(VenueUnavailable, match="budget is not readable"):
        without_redis.take(1, priority)
    with pytest.raises(VenueUnavailable, match="budget is not readable"):
        without_redis.spend(1, priority)
    with pytest.raises(VenueUnavailable, match="budget is not readable"):
        without_redis.use()


def test_without_redis_the_urgent_go_on(without_redis: SharedBudget) -> None:
    without_redis.take(1, Priority.URGENT)
    without_redis.spend(1, Priority.URGENT)


def test_without_redis_what_is_told_afterwards_is_lost(without_redis: SharedBudget) -> None:
    without_redis.owe(5)
    without_redis.refused(RequestUse(1, 1))
    without_redis.record(RequestUse(1, 1))
    assert isinstance(without_redis.back_off(), BudgetExhausted)
    assert not without_redis.is_use_due()


def test_unlimited_refuses_nothing() -> None:
    budget: Budget = Unlimited()
    for priority in Priority:
        budget.take(1_000_000, priority)
        budget.spend(1_000_000, priority)
    budget.refused(RequestUse(2, 1))
    assert (budget.use(), budget.is_use_due()) == (None, False)
