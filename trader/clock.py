"""Time, as the shells read it and the decisions receive it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def utc_now() -> datetime:
    """The current time, aware, UTC."""
    return datetime.now(UTC)
