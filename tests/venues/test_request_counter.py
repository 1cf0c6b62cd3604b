"""The address's requests, counted over all processes on a real server."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from tests.venues.builders import ADDRESS
from trader.venues.request_counter import RequestCounter, RequestUse

SLOT = f"trader:budget:requests:{ADDRESS}:slot"


@pytest.fixture
def counter(redis: Redis) -> RequestCounter:
    return RequestCounter(redis, ADDRESS)


@pytest.mark.parametrize(
    ("used", "granted", "left", "cancels_left"),
    [
        (0, 10_000, 10_000, 20_000),
        (9_999, 10_000, 1, 10_001),
        (12_000, 10_000, 0, 8_000),
        (20_001, 10_000, 0, 0),
        (500_000, 500_000, 0, 100_000),
    ],
)
def test_what_is_left(used: int, granted: int, left: int, cancels_left: int) -> None:
    use = RequestUse(used, granted)
    assert (use.left, use.cancels_left) == (left, cancels_left)


def test_nothing_is_held_back_while_nothing_is_known(counter: RequestCounter) -> None:
    assert counter.spend(200, is_urgent=False) == 0
    assert counter.use() is None


def test_what_is_sent_is_counted_by_all_whatever_the_case(
    redis: Redis, counter: RequestCounter
) -> None:
    counter.record(RequestUse(100, 10_000))
    others = [RequestCounter(redis, ADDRESS.upper()) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda other: [other.spend(3, is_urgent=False) for _ in range(20)], others))
    assert counter.use() == RequestUse(100 + 8 * 20 * 3, 10_000)


def test_the_venues_count_replaces_ours(counter: RequestCounter) -> None:
    counter.record(RequestUse(100, 10_000))
    counter.spend(5, is_urgent=False)
    counter.record(RequestUse(102, 10_050))
    assert counter.use() == RequestUse(102, 10_050)


def test_an_item_beyond_the_grant_goes_each_ten_seconds(
    redis: Redis, counter: RequestCounter
) -> None:
    counter.record(RequestUse(9_999, 10_000))
    assert counter.spend(1, is_urgent=False) == 0
    assert not redis.exists(SLOT)
    assert counter.spend(1, is_urgent=False) == 0
    assert counter.spend(1, is_urgent=False) == pytest.approx(10, abs=1)
    redis.delete(SLOT)
    assert counter.spend(1, is_urgent=False) == 0


def test_the_urgent_go_and_take_the_turn_of_the_others(counter: RequestCounter) -> None:
    counter.record(RequestUse(10_000, 10_000))
    for _ in range(3):
        assert counter.spend(2, is_urgent=True) == 0
    assert counter.spend(1, is_urgent=False) == pytest.approx(10, abs=1)
    assert counter.use() == RequestUse(10_006, 10_000)


def test_after_a_refusal_only_the_urgent_send(counter: RequestCounter) -> None:
    counter.record(RequestUse(100, 10_000))
    counter.exhaust(RequestUse(10_001, 10_000))
    assert counter.spend(1, is_urgent=False) == pytest.approx(10, abs=1)
    assert counter.spend(1, is_urgent=True) == 0


def test_traded_volume_frees_requests_at_once(counter: RequestCounter) -> None:
    counter.exhaust(RequestUse(10_001, 10_000))
    counter.record(RequestUse(10_001, 10_500))
    assert counter.spend(1, is_urgent=False) == 0


def test_one_reads_the_venues_count_in_a_minute(redis: Redis, counter: RequestCounter) -> None:
    assert counter.claim_reading()
    assert not RequestCounter(redis, ADDRESS).claim_reading()
    assert 0 < redis.ttl(f"trader:budget:requests:{ADDRESS}:reading") <= 60
