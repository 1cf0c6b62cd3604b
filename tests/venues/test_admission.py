"""What a new action needs: all of it in one round trip, or nothing."""

from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.nonces import shared_budget
from tests.venues.builders import ADDRESS, NOW
from trader.errors import Permanent
from trader.venues.budget import URGENT_WAIT_SECONDS, Priority, SharedBudget, Unlimited
from trader.venues.moments import to_milliseconds
from trader.venues.nonces import NonceUnavailable
from trader.venues.request_counter import RequestCounter, RequestUse
from trader.venues.venue import BudgetExhausted
from trader.venues.weight_bucket import WeightBucket

PER_MINUTE, BURST = 1200, 400
NOW_MS = to_milliseconds(NOW)


def budget(redis: Redis, pauses: list[float] | None = None) -> SharedBudget:
    return shared_budget(redis, ADDRESS, PER_MINUTE, ([] if pauses is None else pauses).append)


def used(redis: Redis) -> int:
    use = RequestCounter(redis, ADDRESS).use()
    assert use is not None
    return use.used


@pytest.fixture
def counted(redis: Redis) -> Redis:
    RequestCounter(redis, ADDRESS).record(RequestUse(0, 10_000))
    return redis


def test_weight_requests_and_nonce_come_together(counted: Redis) -> None:
    assert budget(counted).admit(3, 80, Priority.ENTRY, NOW) == NOW_MS
    assert WeightBucket(counted, PER_MINUTE).left() == pytest.approx(BURST - 3, abs=1)
    assert used(counted) == 80


def test_it_is_one_round_trip(counted: Redis) -> None:
    admitting = budget(counted)
    admitting.admit(1, 1, Priority.ENTRY, NOW)
    counted.config_resetstat()
    admitting.admit(1, 1, Priority.ENTRY, NOW)
    sent = counted.info("commandstats")
    assert sent["cmdstat_evalsha"]["calls"] == 1
    assert "cmdstat_eval" not in sent


def test_without_weight_nothing_is_taken(counted: Redis) -> None:
    WeightBucket(counted, PER_MINUTE).take(BURST)
    with pytest.raises(BudgetExhausted, match="priority entry"):
        budget(counted).admit(1, 1, Priority.ENTRY, NOW)
    assert used(counted) == 0
    assert budget(counted).admit(1, 1, Priority.URGENT, NOW) == NOW_MS


def test_a_back_off_holds_entries(redis: Redis) -> None:
    pauses: list[float] = []
    admitting = budget(redis, pauses)
    admitting.back_off()
    with pytest.raises(BudgetExhausted):
        admitting.admit(1, 1, Priority.ENTRY, NOW)
    assert admitting.admit(1, 1, Priority.URGENT, NOW) == NOW_MS
    assert pauses == []


def test_beyond_the_grant_an_entry_waits_for_its_turn(redis: Redis) -> None:
    admitting = budget(redis)
    admitting.refused(RequestUse(10_001, 10_000))
    with pytest.raises(BudgetExhausted, match="used up the requests") as refused:
        admitting.admit(1, 1, Priority.ENTRY, NOW)
    assert 9 < refused.value.seconds <= 10
    assert admitting.admit(1, 2, Priority.URGENT, NOW) == NOW_MS
    assert used(redis) == 10_003


def test_the_urgent_wait_a_little_and_go_in_debt(redis: Redis) -> None:
    pauses: list[float] = []
    bucket = WeightBucket(redis, PER_MINUTE)
    bucket.take(BURST)
    bucket.force(BURST)
    later = NOW + timedelta(seconds=1)
    assert budget(redis, pauses).admit(1, 1, Priority.URGENT, later) == NOW_MS + 1000
    assert pauses == [URGENT_WAIT_SECONDS]


def test_without_redis_nothing_new_is_sent_however_urgent() -> None:
    retry = Retry(NoBackoff(), retries=0)
    with (
        Redis(unix_socket_path="/no/such/socket", retry=retry) as redis,
        pytest.raises(NonceUnavailable, match="no nonce from Redis"),
    ):
        budget(redis).admit(1, 1, Priority.URGENT, NOW)


def test_who_is_not_counted_sends_nothing_new() -> None:
    with pytest.raises(Permanent, match="3 requests and weight 1"):
        Unlimited().admit(1, 3, Priority.ENTRY, NOW)
