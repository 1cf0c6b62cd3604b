"""Spans of time as plans write them: ISO 8601 ("PT4H"), words ("4 hours"), or seconds."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Final

from pydantic import TypeAdapter, ValidationError

from trader.plans.refusal import PlanRefused, RefusalCode
from trader.plans.values import positive_up_to

DURATION_WORDS: Final = (
    r"[0-9]{1,6}(?:\.[0-9]{1,3})? ?(?:seconds?|minutes?|min|hours?|days?|[smhd])"
)

_LONGEST: Final = timedelta(days=3660)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WORDS: Final = re.compile(DURATION_WORDS)
_ISO: Final = TypeAdapter(timedelta)


def duration(value: object, path: str) -> timedelta:
    """A span such as "PT4H" or "4 hours"; bare numbers are refused, for they name no unit."""
    found = _span(value) if isinstance(value, str) else None
    if found is None or not timedelta(0) < found <= _LONGEST:
        reason = 'write a span above 0 and of at most 10 years, as "PT4H" or "4 hours"'
        raise PlanRefused(RefusalCode.INVALID_VALUE, path, value, reason)
    return found


def seconds(value: object, path: str) -> timedelta:
    """A span as a number of seconds."""
    found = positive_up_to(Decimal(int(_LONGEST.total_seconds())))(value, path)
    return timedelta(microseconds=int(found * 1_000_000))


def _span(written: str) -> timedelta | None:
    if _WORDS.fullmatch(written):
        amount, unit = re.findall(r"[0-9.]+|[a-z]+", written)
        return timedelta(**{_UNITS[unit[0]]: float(amount)})
    if not written.startswith("P"):
        return None
    try:
        return _ISO.validate_python(written)
    except ValidationError:
        return None
