"""Which of several streams is the active one: a lease in Redis, with a fencing token."""

from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

from trader.errors import Retryable
from trader.venues.moments import to_milliseconds

LEASE_KEY = "trader:stream:lease"
_LAST_TOKEN_KEY = "trader:stream:token"

# Tokens rise like nonces: also when Redis has lost its memory, because the time does.
_TAKE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = math.max(tonumber(ARGV[1]), last + 1)
redis.call('SET', KEYS[2], string.format('%.0f', token))
redis.call('SET', KEYS[1], string.format('%.0f', token), 'PX', ARGV[2])
return token
"""
_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


class LeaseUnavailable(Retryable):
    """Redis did not answer: whether the lease is ours is not known."""


class LeaseLost(Retryable):
    """Another stream is active now: stop at once, and stand by."""


class Lease:
    """Take it, renew it well before `length` has passed, give it back. Blocking calls."""

    def __init__(self, redis: Redis, length: timedelta) -> None:
        self._take = redis.register_script(_TAKE)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)
        self._milliseconds = length // timedelta(milliseconds=1)

    def take(self, now: datetime) -> int | None:
        """The token of the lease that is ours now, above all before; None: another has it.

        Raises LeaseUnavailable.
        """
        arguments = [to_milliseconds(now), self._milliseconds]
        try:
            return int(self._take(keys=[LEASE_KEY, _LAST_TOKEN_KEY], args=arguments)) or None
        except RedisError as error:
            raise LeaseUnavailable(f"the stream's lease was not taken: {error}") from error

    def renew(self, token: int) -> None:
        """Hold it for another length. Raises LeaseLost, LeaseUnavailable."""
        try:
            renewed = self._renew(keys=[LEASE_KEY], args=[token, self._milliseconds])
        except RedisError as error:
            raise LeaseUnavailable(f"the stream's lease was not renewed: {error}") from error
        if not renewed:
            raise LeaseLost(f"the stream's lease {token} is no longer ours")

    def release(self, token: int) -> None:
        """Let another take it at once. Raises LeaseUnavailable."""
        try:
            self._release(keys=[LEASE_KEY], args=[token])
        except RedisError as error:
            raise LeaseUnavailable(f"the stream's lease was not released: {error}") from error
