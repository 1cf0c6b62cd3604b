"""Instruments as published, read again when they may have changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from tests.venues.builders import BTC, ETH
from trader.market.instruments import MAX_AGE, PublishedInstruments
from trader.market.snapshot import publish

START = datetime(2026, 9, 1, tzinfo=UTC)


class Time:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def redis(empty_broker_url: str) -> Iterator[Redis]:
    with Redis.from_url(empty_broker_url) as client:
        yield client


def test_the_first_are_given_as_soon_as_they_are_published(redis: Redis) -> None:
    published = PublishedInstruments(redis, Time())
    assert published() == {}
    publish(redis, {}, {"BTC": BTC})
    assert published() == {"BTC": BTC}


def test_a_listing_is_known_in_time(redis: Redis) -> None:
    time = Time()
    published = PublishedInstruments(redis, time)
    publish(redis, {}, {"BTC": BTC})
    published()
    publish(redis, {}, {"BTC": BTC, "ETH": ETH})
    time.now += MAX_AGE - timedelta(microseconds=1)
    assert set(published()) == {"BTC"}
    time.now += timedelta(microseconds=1)
    assert set(published()) == {"BTC", "ETH"}


def test_what_was_read_is_kept_while_the_snapshot_is_not_readable(redis: Redis) -> None:
    time = Time()
    published = PublishedInstruments(redis, time)
    publish(redis, {}, {"BTC": BTC})
    published()
    redis.set("trader:market:instruments", "not json")
    time.now += MAX_AGE
    assert published() == {"BTC": BTC}
