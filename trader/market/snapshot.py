"""The latest prices and instruments, passed through Redis.

The side that reads the venue publishes; the side that watches conditions reads, and so needs
neither a key nor the venue.
"""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from redis import Redis
from redis.exceptions import RedisError

from trader.errors import Retryable
from trader.market.quote import Quote
from trader.venues.instrument import Instrument

T = TypeVar("T")

_QUOTES_KEY = "trader:market:quotes"
_INSTRUMENTS_KEY = "trader:market:instruments"
_QUOTES = TypeAdapter(dict[str, Quote])
_INSTRUMENTS = TypeAdapter(dict[str, Instrument])


class SnapshotUnavailable(Retryable):
    """Redis cannot be reached, or holds a snapshot that we cannot read."""


def publish(
    redis: Redis, quotes: Mapping[str, Quote], instruments: Mapping[str, Instrument]
) -> None:
    """Replace the snapshot, both parts at once. Raises SnapshotUnavailable."""
    parts = {
        _QUOTES_KEY: _QUOTES.dump_json(dict(quotes)),
        _INSTRUMENTS_KEY: _INSTRUMENTS.dump_json(dict(instruments)),
    }
    try:
        redis.mset(parts)
    except RedisError as error:
        raise SnapshotUnavailable(f"the market snapshot was not published: {error}") from error


def read_quotes(redis: Redis) -> dict[str, Quote]:
    """The published quotes by symbol, empty before the first; each carries its own time.

    Raises SnapshotUnavailable.
    """
    return _read(redis, _QUOTES_KEY, _QUOTES)


def read_instruments(redis: Redis) -> dict[str, Instrument]:
    """The published instruments by symbol, empty before the first. Raises SnapshotUnavailable."""
    return _read(redis, _INSTRUMENTS_KEY, _INSTRUMENTS)


def _read(redis: Redis, key: str, shape: TypeAdapter[dict[str, T]]) -> dict[str, T]:
    try:
        text = redis.get(key)
        return {} if text is None else shape.validate_json(text)
    except (RedisError, ValidationError) as error:
        raise SnapshotUnavailable(
            f"the market snapshot at {key} is not readable: {error}"
        ) from error
