"""The clocks of the processes that are started so that theirs can be stepped."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from trader.clock import utc_now
from trader.processes.private_files import write_private


@dataclass(frozen=True, slots=True)
class ClockStep:
    """From `began` to `ended`, in true time, the process's clock was `ahead` (or behind)."""

    process: str
    ahead: timedelta
    began: datetime
    ended: datetime


class Clocks:
    """Each process's clock is steered by a file in the folder; `steps` are those that are over."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.steps: list[ClockStep] = []
        self._folder = folder

    def file(self, process: str) -> Path:
        """What the process reads its offset from."""
        return self._folder / process

    def step(self, process: str, ahead: timedelta, seconds: float) -> None:
        """Let the process's clock be ahead for so long; returns when it is right again."""
        file, began = self.file(process), utc_now()
        write_private(file, str(ahead.total_seconds()))
        try:
            time.sleep(seconds)
        finally:
            write_private(file, "0")
        self.steps.append(ClockStep(process, ahead, began, utc_now()))


def true_times(told: datetime, steps: Sequence[ClockStep]) -> tuple[datetime, ...]:
    """When it may have been that some process's clock said so: at least `told` itself."""
    stepped = [step for step in steps if step.began <= told - step.ahead <= step.ended]
    return (told, *(told - step.ahead for step in stepped))
