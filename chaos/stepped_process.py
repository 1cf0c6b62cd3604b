"""Runs a program whose wall clock can be stepped from outside: the harness starts workers so.

`python -m chaos.stepped_process FILE PROGRAM ARGUMENT...` runs `celery ...` or `python -m ...` in
this process. FILE holds how many seconds its clock is ahead, and is read at each look at the clock.
What the Trader, Celery and Kombu take for the time of day is stepped; time that only runs is not.
"""

import runpy
import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
from importlib import import_module
from pathlib import Path

import trader.clock

_true_time = time.time


class SteppedClock:
    """The time of day, and how far off the file says that it is."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def seconds_ahead(self) -> float:
        """What the file holds; 0 while there is none."""
        try:
            return float(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0.0

    def time(self) -> float:
        """In place of `time.time`."""
        return _true_time() + self.seconds_ahead()

    def now(self, tz: tzinfo | None = None) -> datetime:
        """In place of `datetime.now`."""
        return datetime.now(tz) + timedelta(seconds=self.seconds_ahead())


def install(file: Path) -> None:
    """Step this process's clock from now on; before anything else is imported that binds it."""
    clock = SteppedClock(file)
    vars(time)["time"] = clock.time
    vars(trader.clock)["utc_now"] = lambda: clock.now(UTC)
    # `datetime.now` itself cannot be replaced: where Celery stamps a message and judges its age.
    celery = import_module("celery.app.base").Celery
    celery.now = lambda app: clock.now(app.timezone)
    vars(import_module("celery.worker.request"))["datetime"] = clock


def run(program: str, *arguments: str) -> None:
    """Be this program: `celery ...` or `python -m MODULE ...`."""
    match program, *arguments:
        case "celery", *_:
            module, sys.argv = "celery", ["celery", *arguments]
        case "python", "-m", module, *rest:
            sys.argv = [module, *rest]
        case _:
            raise SystemExit(f"neither `celery ...` nor `python -m ...`: {program} {arguments}")
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    install(Path(sys.argv[1]))
    run(*sys.argv[2:])
