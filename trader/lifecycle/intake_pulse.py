"""The intake's sign of life, in Redis: somebody took in what new plans there were.

It takes a beat, an exchange worker that publishes the market, and a monitor worker: where it is
missing, a plan that is approved now waits. Fresh prices prove less: the stream writes them alone.
"""

from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from trader.errors import Retryable

_KEY: Final = "trader:intake:pulse"
_BEATS: Final = 3
_LEAST_SECONDS: Final = 10.0


class IntakeUnknown(Retryable):
    """Redis cannot be reached."""


def note_intake(redis: Redis, heartbeat_seconds: float) -> None:
    """New plans were looked for: that holds for some heartbeats. Raises IntakeUnknown."""
    lasts_ms = int(max(_BEATS * heartbeat_seconds, _LEAST_SECONDS) * 1000)
    try:
        redis.set(_KEY, "", px=lasts_ms)
    except RedisError as error:
        raise IntakeUnknown(f"the intake's pulse was not written: {error}") from error


def intake_is_alive(redis: Redis) -> bool:
    """Whether new plans were looked for lately. Raises IntakeUnknown."""
    try:
        return bool(redis.exists(_KEY))
    except RedisError as error:
        raise IntakeUnknown(str(error)) from error
