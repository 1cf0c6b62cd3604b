"""Names made for strands: their ids, and the session that they belong to."""

import secrets
from datetime import UTC, datetime, timedelta
from itertools import count

from uuid6 import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MICROSECOND = timedelta(microseconds=1)
_COUNTER_BITS = 16
_RANDOM_BITS = 46

_counter = count()


def new_strand_id(now: datetime) -> str:
    """A UUID version 7 as text, unique over all processes.

    Ids sort by `now` to the microsecond, and within one process and microsecond in the order of
    their making (RFC 9562, section 6.2: sub-millisecond time, then a counter, then randomness),
    so that strands of one append keep their order under (created_at, id). The counter starts
    again every 65536 ids.
    """
    milliseconds, rest = divmod(_aware(now) - _EPOCH, _MILLISECOND)
    fraction = (rest // _MICROSECOND) * 4096 // 1000
    tail = next(_counter) % (1 << _COUNTER_BITS) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return str(UUID(int=milliseconds << 80 | fraction << 64 | tail, version=7))


def session_bucket(at: datetime) -> str:
    """The hour of UTC as other teams name it, for example "session_20260131_09"."""
    return _aware(at).astimezone(UTC).strftime("session_%Y%m%d_%H")


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a time needs its zone; was {moment.isoformat()}")
    return moment
