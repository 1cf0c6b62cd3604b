"""Waiting for a condition of the outside world, within a time."""

import time
from collections.abc import Callable

from trader.errors import Retryable

POLL_SECONDS = 0.05


class NotReady(Retryable):
    """The condition did not come true in time."""


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return when the condition holds. Raises NotReady with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            raise NotReady(f"{what}: not so after {seconds:g} s")
        time.sleep(POLL_SECONDS)
