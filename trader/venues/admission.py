"""What one new action needs before it is intended: weight, requests and a nonce, all or nothing.

They are asked for in one round trip, and before the intent is in the journal: an order is never in
doubt because requests were short.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from redis import Redis

from trader.venues.nonces import NEXT_NONCE, next_nonce
from trader.venues.request_counter import SPEND_REQUESTS
from trader.venues.script import ScriptCall, as_function
from trader.venues.weight_bucket import TAKE_WEIGHT

# The weight first: it flows back by itself when the requests are refused after it.
_ADMIT = (
    as_function("take_weight", TAKE_WEIGHT)
    + as_function("spend_requests", SPEND_REQUESTS)
    + as_function("next_nonce", NEXT_NONCE)
    + """
local wait = take_weight({unpack(KEYS, 1, 2)}, {unpack(ARGV, 1, 7)})[1]
if wait > 0 then
    return {'weight', wait}
end
wait = spend_requests({unpack(KEYS, 3, 4)}, {unpack(ARGV, 8, 10)})
if wait > 0 then
    return {'requests', wait}
end
return {'nonce', next_nonce({KEYS[5]}, {ARGV[11]})}
"""
)
_ADMITTED = b"nonce"


class Shortage(StrEnum):
    """What there was too little of."""

    WEIGHT = "weight"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not now: `short` of what, and for how many seconds."""

    short: Shortage
    seconds: float


class Admission:
    """Admits the actions of one signing key. Raises RedisError."""

    def __init__(self, redis: Redis, signer: str) -> None:
        self._admit = redis.register_script(_ADMIT)
        self._signer = signer

    def admit(self, weight: ScriptCall, requests: ScriptCall, now: datetime) -> int | Refusal:
        """The nonce of an action that has what `TAKE_WEIGHT` and `SPEND_REQUESTS` gave it."""
        nonce = next_nonce(self._signer, now)
        said, number = self._admit(
            keys=(*weight.keys, *requests.keys, *nonce.keys),
            args=(*weight.arguments, *requests.arguments, *nonce.arguments),
        )
        if said == _ADMITTED:
            return int(number)
        return Refusal(Shortage(said.decode()), int(number) / 1000)
