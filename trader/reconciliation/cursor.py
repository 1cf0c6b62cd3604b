"""From when on the account's trades are still to be compared with the journal."""

from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

from trader.errors import Retryable
from trader.venues.moments import from_milliseconds, to_milliseconds

OVERLAP = timedelta(seconds=30)
"""How much of it is compared again: the venue may list a trade after others that are newer."""


class CursorUnavailable(Retryable):
    """Redis did not give or take the cursor; the comparison can be made again."""


class FillCursor:
    """The time up to which all of an account's trades are written down, in Redis.

    It only saves work: without it the comparison begins where the account's journal does. A trade
    that a plan has not booked holds it, so that the trade stays in view. What that costs is
    bounded by the trades that the venue keeps, the 10 000 latest.
    """

    def __init__(self, redis: Redis, account_id: str) -> None:
        self._redis = redis
        self._key = f"trader:reconciled:{account_id}"

    def read(self) -> datetime | None:
        """The time to compare from, overlap included; None when it is not known."""
        try:
            stored = self._redis.get(self._key)
        except RedisError as error:
            raise CursorUnavailable(f"no cursor from Redis: {error}") from error
        return None if stored is None else from_milliseconds(int(stored)) - OVERLAP

    def advance(self, to: datetime) -> None:
        """Remember that everything before this time is written down."""
        try:
            self._redis.set(self._key, to_milliseconds(to))
        except RedisError as error:
            raise CursorUnavailable(f"Redis did not take the cursor: {error}") from error
