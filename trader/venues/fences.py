"""Which nonces were taken by a fence, as far as it was heard: shared by all processes in Redis.

Whoever finds a nonce used cannot tell by what. Where a fence was heard to have taken it, nothing
else that was signed with it has landed. What Redis forgets is proved in another way, only later.
"""

from contextlib import suppress
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError

KEPT = timedelta(days=1)
"""Longer than any doubt lasts: the venue's own nonces are valid for two days."""
_KEY = "trader:fence:{signer}:{nonce}"


class FenceRegister:
    """The fences of one signing key. Never raises: it only shortens a doubt."""

    def __init__(self, redis: Redis, signer: str) -> None:
        self._redis = redis
        self._signer = signer.lower()

    def add(self, nonce: int) -> None:
        """The venue has accepted a fence with this nonce."""
        with suppress(RedisError):
            self._redis.set(self._key(nonce), 1, ex=KEPT)

    def has(self, nonce: int) -> bool:
        """Whether a fence is known to have taken this nonce."""
        with suppress(RedisError):
            return bool(self._redis.exists(self._key(nonce)))
        return False

    def _key(self, nonce: int) -> str:
        return _KEY.format(signer=self._signer, nonce=nonce)
