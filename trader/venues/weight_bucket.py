"""The IP address's weight a minute, as a token bucket in Redis that all processes draw from."""

import math

from redis import Redis

from trader.venues.script import ScriptCall

KEY = "trader:budget:weight"
_BACK_OFF_KEY = "trader:budget:back_off"
_BURST_SHARE = 1 / 3
_FORGOTTEN_AFTER_SECONDS = 120
"""Longer than the bucket needs to fill from its deepest debt: forgetting it changes nothing."""

# Runs alone in the server, by the server's clock: no two callers take the same weight, and their
# clocks do not matter. A clock that goes back fills nothing.
TAKE_WEIGHT = """
local weight, reserve, burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]),
    tonumber(ARGV[4])
local heeds_back_off, is_forced = ARGV[5] == '1', ARGV[6] == '1'
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] then
    tokens = math.min(burst, kept[1] + math.max(0, now - kept[2]) * rate / 1000000)
end
local wait = math.max(0, weight + reserve - tokens) / rate * 1000
if heeds_back_off then
    wait = math.max(wait, redis.call('PTTL', KEYS[2]))
end
if is_forced then
    wait = 0
end
if wait == 0 then
    tokens = math.max(tokens - weight, -burst)
    redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens),
        'at', string.format('%.0f', now))
    redis.call('EXPIRE', KEYS[1], ARGV[7])
end
return {math.ceil(wait), math.floor(tokens)}
"""
"""Script: the milliseconds to wait, 0 when the weight is taken; and the weight that is left."""


class WeightBucket:
    """At most `per_minute` weight in any 60 seconds, unless it is forced.

    A third may go in one burst, and the rest flows in evenly over the minute: a full bucket and
    a minute's flow together are the limit, whichever way the venue cuts its minutes. Debt of what
    was forced is at most another burst. Every method raises RedisError.
    """

    def __init__(self, redis: Redis, per_minute: int) -> None:
        self._redis = redis
        self._script = redis.register_script(TAKE_WEIGHT)
        self.burst = per_minute * _BURST_SHARE
        self._rate = (per_minute - self.burst) / 60

    def take(self, weight: int, *, reserve: float = 0.0, heeds_back_off: bool = False) -> float:
        """Take the weight if that leaves `reserve`; the seconds to wait if it does not, else 0."""
        call = self.taking(weight, reserve=reserve, heeds_back_off=heeds_back_off)
        milliseconds, _ = self._run(call)
        return milliseconds / 1000

    def force(self, weight: int) -> None:
        """Take the weight whatever is left."""
        self._run(self.taking(weight, is_forced=True))

    def left(self) -> int:
        """The weight that could be taken at once; negative in debt."""
        _, tokens = self._run(self.taking(0, is_forced=True))
        return tokens

    def back_off(self, seconds: float) -> None:
        """Have those who heed it wait so long from now."""
        self._redis.set(_BACK_OFF_KEY, 1, px=math.ceil(seconds * 1000))

    def taking(
        self,
        weight: int,
        *,
        reserve: float = 0.0,
        heeds_back_off: bool = False,
        is_forced: bool = False,
    ) -> ScriptCall:
        """What `TAKE_WEIGHT` is called with."""
        return ScriptCall(
            keys=(KEY, _BACK_OFF_KEY),
            arguments=(
                weight,
                reserve,
                self.burst,
                self._rate,
                int(heeds_back_off),
                int(is_forced),
                _FORGOTTEN_AFTER_SECONDS,
            ),
        )

    def _run(self, call: ScriptCall) -> tuple[int, int]:
        milliseconds, tokens = self._script(keys=call.keys, args=call.arguments)
        return int(milliseconds), int(tokens)
