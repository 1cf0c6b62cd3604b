"""How often a sweep sends a plan on: messages that nobody has read yet must not be overtaken."""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from trader.lifecycle.stage import Stage
from trader.settings import settings

LEAST_SECONDS = 2.0
"""Between two messages for one plan, however fast the heart beats."""


class Pace:
    """Lets each plan pass once in so many seconds, as far as this process knows.

    A sweep finds a plan again at each beat until somebody has read its message. When the queue is
    longer than a beat, a message a beat is one more than is read, and in the end all that is read
    is too old.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._passed: dict[str, float] = {}

    def passing(self, lifecycle_ids: Iterable[str]) -> list[str]:
        """Those of them that have not passed for long enough, in their order."""
        now = self._clock()
        recently = {key: at for key, at in self._passed.items() if now < at + self.seconds}
        passing = [key for key in lifecycle_ids if key not in recently]
        self._passed = recently | dict.fromkeys(passing, now)
        return passing


@cache
def paces() -> Mapping[Stage, Pace]:
    """This process's pace for the plans of each stage: the heartbeat, or slower."""
    seconds = max(settings().heartbeat_seconds, LEAST_SECONDS)
    return {stage: Pace(seconds) for stage in Stage}
