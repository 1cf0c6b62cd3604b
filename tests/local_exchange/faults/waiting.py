"""Waiting for a condition."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.01


def wait_until(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; fail when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition never came to hold"
        time.sleep(PAUSE_SECONDS)
