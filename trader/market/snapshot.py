"""The latest prices and instruments, passed through Redis.

The side that reads the venue publishes; the side that watches conditions reads, and so needs
neither a key nor the venue. Each price is one field of one hash, `SOURCE SYMBOL`, and holds the
price and the time of its receipt: a poll and the stream lay their prices over each other's.

Each venue has a snapshot of its own, by its URL: under one name, another venue lists another asset.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError
from redis import Redis
from redis.exceptions import RedisError

from trader.errors import Retryable
from trader.market.observation import Observation, SeenPrice, observation_of, quote_from
from trader.venues.instrument import Instrument
from trader.venues.quote import PriceSource, Quote

Stored: TypeAlias = "str | bytes | bytearray | memoryview[int] | int | float"
"""What redis-py takes as a field or a value."""

_PRICES = "prices"
_INSTRUMENTS = "instruments"
_BY_SYMBOL = TypeAdapter(dict[str, Instrument])

# Writes only while the lease holds this token, so that a stream that lost it cannot lay its old
# prices over those of its successor.
_WRITE_LEASED = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do
    if ARGV[i + 1] == '' then
        redis.call('HDEL', KEYS[1], ARGV[i])
    else
        redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    end
end
return 1
"""


class SnapshotUnavailable(Retryable):
    """Redis cannot be reached, or holds a snapshot that we cannot read."""


class MarketSnapshot:
    """The snapshot of the venue with this URL. Every method raises SnapshotUnavailable."""

    def __init__(self, redis: Redis, venue_url: str) -> None:
        self._redis = redis
        self._prices_key = _key(_PRICES, venue_url)
        self._instruments_key = _key(_INSTRUMENTS, venue_url)

    def publish(self, quotes: Mapping[str, Quote], instruments: Mapping[str, Instrument]) -> None:
        """Replace the instruments, and lay these quotes over the prices."""
        fields = _fields(observation_of(quote) for quote in quotes.values())
        there: dict[Stored, Stored] = {field: text for field, text in fields.items() if text}
        gone = [field for field, text in fields.items() if not text]
        try:
            with self._redis.pipeline(transaction=True) as together:
                together.set(self._instruments_key, _BY_SYMBOL.dump_json(dict(instruments)))
                if there:
                    together.hset(self._prices_key, mapping=there)
                if gone:
                    together.hdel(self._prices_key, *gone)
                together.execute()
        except RedisError as error:
            raise SnapshotUnavailable(f"the market snapshot was not published: {error}") from error

    def quotes(self) -> dict[str, Quote]:
        """The quotes by symbol, empty before the first; each carries its own time."""
        try:
            fields = self._redis.hgetall(self._prices_key)
        except RedisError as error:
            raise _unreadable(_PRICES, error) from error
        seen: dict[str, dict[PriceSource, SeenPrice]] = defaultdict(dict)
        for field, text in fields.items():
            source, symbol = _read_field(field)
            seen[symbol][source] = _read_price(text)
        quotes = {symbol: _quote(symbol, prices) for symbol, prices in seen.items()}
        return {symbol: quote for symbol, quote in quotes.items() if quote is not None}

    def quote(self, symbol: str) -> Quote | None:
        """The quote of one symbol."""
        sources = tuple(PriceSource)
        fields = [_field(source, symbol) for source in sources]
        try:
            texts = self._redis.hmget(self._prices_key, fields)
        except RedisError as error:
            raise _unreadable(_PRICES, error) from error
        found = zip(sources, texts, strict=True)
        return _quote(symbol, {s: _read_price(text) for s, text in found if text is not None})

    def instruments(self) -> dict[str, Instrument]:
        """The published instruments by symbol, empty before the first."""
        try:
            text = self._redis.get(self._instruments_key)
            return {} if text is None else _BY_SYMBOL.validate_json(text)
        except (RedisError, ValidationError) as error:
            raise _unreadable(_INSTRUMENTS, error) from error


class LeasedPrices:
    """Writes prices of one venue, all of a call at once, while a lease is held."""

    def __init__(self, redis: Redis, venue_url: str, lease_key: str) -> None:
        self._write = redis.register_script(_WRITE_LEASED)
        self._keys = [_key(_PRICES, venue_url), lease_key]

    def write(self, observations: Iterable[Observation], token: int) -> bool:
        """Lay these over the prices; False, and nothing written, when the lease has another token.

        Raises SnapshotUnavailable.
        """
        fields = _fields(observations)
        arguments: list[Stored] = [token, *(part for pair in fields.items() for part in pair)]
        try:
            return bool(self._write(keys=self._keys, args=arguments))
        except RedisError as error:
            raise SnapshotUnavailable(f"prices were not written: {error}") from error


def _key(what: str, venue_url: str) -> str:
    return f"trader:market:{what}:{venue_url.rstrip('/')}"


def _fields(observations: Iterable[Observation]) -> dict[str, str]:
    """What stands in the hash; an empty text: nothing."""
    return {
        _field(source, told.symbol): "" if price is None else _written(price, told.observed_at)
        for told in observations
        for source, price in told.prices.items()
    }


def _field(source: PriceSource, symbol: str) -> str:
    return f"{source} {symbol}"


def _written(price: Decimal, observed_at: datetime) -> str:
    return f"{price} {observed_at.isoformat()}"


def _read_field(field: bytes | str) -> tuple[PriceSource, str]:
    source, _, symbol = _text(field).partition(" ")
    try:
        return PriceSource(source), symbol
    except ValueError as error:
        raise _unreadable(_PRICES, error) from error


def _read_price(text: bytes | str) -> SeenPrice:
    price, _, observed_at = _text(text).partition(" ")
    try:
        return SeenPrice(Decimal(price), datetime.fromisoformat(observed_at))
    except (InvalidOperation, ValueError) as error:
        raise _unreadable(_PRICES, f"{text!r}: {error}") from error


def _text(stored: bytes | str) -> str:
    return stored.decode() if isinstance(stored, bytes) else stored


def _quote(symbol: str, seen: Mapping[PriceSource, SeenPrice]) -> Quote | None:
    try:
        return quote_from(symbol, seen)
    except (ValidationError, TypeError) as error:  # a price below 0, a time without its zone
        raise _unreadable(_PRICES, error) from error


def _unreadable(what: str, why: object) -> SnapshotUnavailable:
    return SnapshotUnavailable(f"the market snapshot's {what} are not readable: {why}")
