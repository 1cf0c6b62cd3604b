"""Times on the venue's wire: whole milliseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(moment: datetime) -> int:
    """The aware time in milliseconds; a fraction of one is dropped."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The aware UTC time; raises OverflowError beyond the year 9999."""
    return _EPOCH + milliseconds * _MILLISECOND
