"""The trading address's requests: what the venue granted, and what all processes have used."""

from dataclasses import dataclass

from redis import Redis

from trader.venues.script import ScriptCall

PACE_SECONDS = 10
"""An address beyond its grant may send one request in so many seconds."""

READ_EVERY_SECONDS = 60
_EXTRA_CANCELS = 100_000
_KEY = "trader:budget:requests:{account}"

# Runs alone in the server. KEYS: the count, the slot that is taken for one pace.
SPEND_REQUESTS = """
local kept = redis.call('HMGET', KEYS[1], 'used', 'granted')
if not kept[1] then
    return 0
end
if kept[1] + ARGV[1] > tonumber(kept[2]) then
    if ARGV[2] == '1' then
        redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
    elseif not redis.call('SET', KEYS[2], 1, 'PX', ARGV[3], 'NX') then
        return math.max(1, redis.call('PTTL', KEYS[2]))
    end
end
redis.call('HINCRBY', KEYS[1], 'used', ARGV[1])
return 0
"""
"""Script: the milliseconds to wait, 0 when the requests are counted."""


@dataclass(frozen=True, slots=True)
class RequestUse:
    """How many requests the address was granted, and how many it has used, both since ever.

    Every item of an action is one request; queries are none. The grant is 10 000 and one for each
    US dollar traded, and what was bought besides.
    Source: Hyperliquid, "Rate limits and user limits", "Address-based limits".
    """

    used: int
    granted: int

    @property
    def left(self) -> int:
        """Orders that may still be sent; 0 when there are none."""
        return max(0, self.granted - self.used)

    @property
    def cancels_left(self) -> int:
        """Cancellations that may still be sent: their limit is higher."""
        return max(0, min(self.granted + _EXTRA_CANCELS, self.granted * 2) - self.used)


class RequestCounter:
    """The count of one address, shared by every process. Every method raises RedisError.

    While the venue has not been asked, nothing is known and nothing is held back.
    """

    def __init__(self, redis: Redis, account: str) -> None:
        self._redis = redis
        self._spend = redis.register_script(SPEND_REQUESTS)
        self._key = _KEY.format(account=account.lower())
        self._slot_key = f"{self._key}:slot"
        self._reading_key = f"{self._key}:reading"

    def spend(self, requests: int, *, is_urgent: bool) -> float:
        """Count them; the seconds to wait when the grant is used up, else 0.

        Beyond the grant one request goes each `PACE_SECONDS`; the urgent do not wait, and take
        the turn of those who do.
        """
        call = self.spending(requests, is_urgent=is_urgent)
        return int(self._spend(keys=call.keys, args=call.arguments)) / 1000

    def spending(self, requests: int, *, is_urgent: bool) -> ScriptCall:
        """What `SPEND_REQUESTS` is called with."""
        return ScriptCall(
            keys=(self._key, self._slot_key),
            arguments=(requests, int(is_urgent), PACE_SECONDS * 1000),
        )

    def record(self, use: RequestUse) -> None:
        """Replace the count."""
        self._redis.hset(self._key, mapping={"used": use.used, "granted": use.granted})

    def exhaust(self, use: RequestUse) -> None:
        """Replace the count after a refusal: nobody but the urgent sends for one pace."""
        self.record(use)
        self._redis.set(self._slot_key, 1, ex=PACE_SECONDS)

    def claim_reading(self) -> bool:
        """Whether the caller is the one to read the venue's count: true once a minute."""
        return bool(self._redis.set(self._reading_key, 1, nx=True, ex=READ_EVERY_SECONDS))

    def use(self) -> RequestUse | None:
        """The count, or None while nothing is known."""
        used, granted = self._redis.hmget(self._key, ["used", "granted"])
        if used is None or granted is None:
            return None
        return RequestUse(used=int(used), granted=int(granted))
