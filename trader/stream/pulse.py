"""The active stream's sign of life, in Redis, for those who look after it."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, ValidationError
from redis import Redis
from redis.exceptions import RedisError

from trader.errors import Retryable
from trader.model import Record, UtcTime
from trader.stream.lease import LEASE_KEY

ALIVE = timedelta(seconds=10)
"""A younger sign of life is one."""

_KEY = "trader:stream:pulse"
_WRITE_LEASED = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""


class PulseUnavailable(Retryable):
    """Redis cannot be reached, or holds a pulse that we cannot read."""


class Pulse(Record):
    """What the active stream said of itself at `at`.

    `heard_at` is the time of the venue's last message, None without a connection; `token` is that
    of its lease; `symbols` are those whose prices it follows.
    """

    at: UtcTime
    heard_at: UtcTime | None
    token: int
    symbols: Annotated[int, Field(ge=0)]


def write_pulse(redis: Redis, pulse: Pulse) -> None:
    """Replace the pulse, unless another stream has the lease. Raises PulseUnavailable."""
    write = redis.register_script(_WRITE_LEASED)
    try:
        write(keys=[_KEY, LEASE_KEY], args=[pulse.token, pulse.model_dump_json()])
    except RedisError as error:
        raise PulseUnavailable(f"the stream's pulse was not written: {error}") from error


def read_pulse(redis: Redis) -> Pulse | None:
    """The last pulse, however old; None: there was never one. Raises PulseUnavailable."""
    try:
        text = redis.get(_KEY)
        return None if text is None else Pulse.model_validate_json(text)
    except (RedisError, ValidationError) as error:
        raise PulseUnavailable(f"the stream's pulse is not readable: {error}") from error
