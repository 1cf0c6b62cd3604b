"""Readers of single raw values: each returns the typed value, or refuses it by name.

A reader takes the value and the path at which it stands, and raises PlanRefused.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from trader.conditions.condition import Condition
from trader.conditions.figures import figure, read_figure
from trader.conditions.parsing import parse_condition
from trader.conditions.unparseable import UNDERSTOOD, UnparseableCondition
from trader.plans.refusal import PlanRefused, RefusalCode

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Reader: TypeAlias = Callable[[object, str], T]

_LONGEST_TEXT: Final = 200
_WRITE_A_TIME: Final = "write an ISO 8601 time with its offset, such as 2026-03-02T12:00:00Z"


def text(value: object, path: str) -> str:
    """A printable text of 1 to 200 characters."""
    if not isinstance(value, str):
        raise _invalid(path, value, "write a text")
    if not 0 < len(value) <= _LONGEST_TEXT:
        raise _invalid(path, value, f"write a text of 1 to {_LONGEST_TEXT} characters")
    if not value.isprintable():
        raise _invalid(path, value, "remove the characters that cannot be printed")
    return value


def word(value: object, path: str) -> str:
    """A text whose capitals do not matter, in lower case."""
    return text(value, path).lower()


def one_of(kind: type[E]) -> Reader[E]:
    """A member of the enum, written exactly."""

    def read(value: object, path: str) -> E:
        if not isinstance(value, str) or value not in set(kind):
            raise _invalid(path, value, f"write one of {', '.join(kind)}")
        return kind(value)

    return read


def flag(value: object, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise _invalid(path, value, "write true or false")
    return value


def number(value: object, path: str) -> Decimal:
    """A finite number, exactly as written."""
    try:
        return read_figure(value)
    except ValueError as error:
        raise PlanRefused(
            RefusalCode.NOT_A_NUMBER, path, value, f"{error}: write a plain number"
        ) from error


def positive(value: object, path: str) -> Decimal:
    """A number above 0."""
    found = number(value, path)
    if found <= 0:
        raise _invalid(path, value, "must be above 0")
    return found


def positive_up_to(most: Decimal) -> Reader[Decimal]:
    """A number above 0, at most `most`."""

    def read(value: object, path: str) -> Decimal:
        found = positive(value, path)
        if found > most:
            raise _invalid(path, value, f"must be at most {figure(most)}")
        return found

    return read


def between(least: Decimal, most: Decimal) -> Reader[Decimal]:
    """A number from `least` to `most`, both included."""

    def read(value: object, path: str) -> Decimal:
        found = number(value, path)
        if not least <= found <= most:
            raise _invalid(path, value, f"must be from {figure(least)} to {figure(most)}")
        return found

    return read


def at_least(least: Decimal) -> Reader[Decimal]:
    """A number from `least` on."""

    def read(value: object, path: str) -> Decimal:
        found = number(value, path)
        if found < least:
            raise _invalid(path, value, f"must be at least {figure(least)}")
        return found

    return read


def moment(value: object, path: str) -> datetime:
    """An ISO 8601 time with its offset from UTC; also a datetime, as YAML gives."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        return _in_utc(found, path)
    except (ValueError, OverflowError) as error:
        raise _invalid(path, value, _WRITE_A_TIME) from error


def _in_utc(found: object, path: str) -> datetime:
    if not isinstance(found, datetime):
        raise _invalid(path, found, _WRITE_A_TIME)
    if found.utcoffset() is None:
        reason = "has no offset from UTC: add Z, or +01:00"
        raise PlanRefused(RefusalCode.NAIVE_TIME, path, found.isoformat(), reason)
    return found.astimezone(UTC)


def condition(value: object, path: str) -> Condition:
    """An entry condition in any of its forms."""
    try:
        return parse_condition(value, path)
    except UnparseableCondition as error:
        refused = PlanRefused(
            RefusalCode.UNKNOWN_CONDITION,
            error.path,
            error.value,
            f"{error.problem}. Understood: {UNDERSTOOD}",
        )
        raise refused from error


def _invalid(path: str, value: object, reason: str) -> PlanRefused:
    return PlanRefused(RefusalCode.INVALID_VALUE, path, value, reason)
