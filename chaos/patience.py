"""Asking a store that is killed now and then: it comes back."""

import time
from collections.abc import Callable
from typing import TypeVar

from trader.strands.store import StoreUnavailable

T = TypeVar("T")

LONGEST_OUTAGE_SECONDS = 120.0
"""A process that is frozen for a minute may hold the journal's lock."""
AGAIN_SECONDS = 0.1


def patiently(ask: Callable[[], T]) -> T:
    """What `ask` returns once the store answers; asking twice must do no harm.

    Raises StoreUnavailable when it stays away.
    """
    deadline = time.monotonic() + LONGEST_OUTAGE_SECONDS
    while True:
        try:
            return ask()
        except StoreUnavailable:
            if time.monotonic() >= deadline:
                raise
        time.sleep(AGAIN_SECONDS)
