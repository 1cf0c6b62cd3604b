"""Instruments as published, read again when they may have changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from tests.venues.builders import BTC, ETH
from trader.market.instruments import MAX_AGE, PublishedInstruments
from trader.market.snapshot import MarketSnapshot

START = datetime(2026, 9, 1, tzinfo=UTC)

URL = "https://venue.example"


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


@pytest.fixture
def market(redis: Redis) -> MarketSnapshot:
    return MarketSnapshot(redis, URL)


def test_the_first_are_given_as_soon_as_they_are_published(market: MarketSnapshot) -> None:
    published = PublishedInstruments(market, Time())
    assert published() == {}
    market.publish({}, {"BTC": BTC})
    assert published() == {"BTC": BTC}


def test_a_listing_is_known_in_time(market: MarketSnapshot) -> None:
    time = Time()
    published = PublishedInstruments(market, time)
    market.publish({}, {"BTC": BTC})
    published()
    market.publish({}, {"BTC": BTC, "ETH": ETH})
    time.now += MAX_AGE - timedelta(microseconds=1)
    assert set(published()) == {"BTC"}
    time.now += timedelta(microseconds=1)
    assert set(published()) == {"BTC", "ETH"}


def test_what_was_read_is_kept_while_the_snapshot_is_not_readable(
    redis: Redis, market: MarketSnapshot
) -> None:
    time = Time()
    published = PublishedInstruments(market, time)
    market.publish({}, {"BTC": BTC})
    published()
    redis.set(f"trader:market:instruments:{URL}", "not json")
    time.now += MAX_AGE
    assert published() == {"BTC": BTC}
