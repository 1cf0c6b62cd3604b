"""One rising counter of nonces a signing key, shared by every process through Redis."""

from datetime import datetime

from redis import Redis
from redis.exceptions import RedisError

from trader.errors import Retryable
from trader.venues.moments import to_milliseconds

_KEY = "trader:nonce:{signer}"
# Runs alone in the server, so no two callers get the same nonce. Numbers here are doubles, exact
# up to 2^53: milliseconds need 2^41.
_NEXT = """
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local nonce = math.max(tonumber(ARGV[1]), last + 1)
redis.call('SET', KEYS[1], string.format('%.0f', nonce))
return nonce
"""


class NonceUnavailable(Retryable):
    """Redis gave no nonce; nothing was sent. One may have been skipped, which does no harm."""


class NonceCounter:
    """The nonces of one signing key: max(now in milliseconds, last + 1).

    The venue admits each nonce of a signer once. Should Redis lose its memory, the nonces go on
    rising, because the time does.
    """

    def __init__(self, redis: Redis, signer: str) -> None:
        self._next = redis.register_script(_NEXT)
        self._key = _KEY.format(signer=signer.lower())

    def next(self, now: datetime) -> int:
        """A nonce of this signer above all before. Raises NonceUnavailable."""
        try:
            return int(self._next(keys=[self._key], args=[to_milliseconds(now)]))
        except RedisError as error:
            raise NonceUnavailable(f"no nonce from Redis: {error}") from error
