"""`python -m benchmarks.journal.writers SECONDS WRITERS...`: appends of many processes at once.

To the journal that the settings name. Prints one JSON object of figures, for each number of
writers: appends a second, to plans of their own; and when every other append goes to a plan that
all of them write to, after it was loaded: the appends, and those that another writer forestalled.
"""

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

from benchmarks.journal.waiting import armed, some_waiting
from trader.clock import utc_now
from trader.lifecycle.journal import Journal
from trader.settings import Settings, read_settings
from trader.strands.opening import open_configured_store
from trader.strands.store import SequenceConflict, StoreUnavailable

OWN = 8
"""Plans that each writer has for itself."""

SHARED = 16
"""Plans that all write to; others for each number of writers, so that they stay short."""

_fork = get_context("fork")
_start: Barrier


@dataclass(slots=True)
class Written:
    """What came of the attempts."""

    appends: int = 0
    conflicts: int = 0
    unavailable: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What one writer writes to, and for how long."""

    settings: Settings
    own: Sequence[str]
    shared: Sequence[str]
    seconds: float


def measure(settings: Settings, seconds: float, writers: Sequence[int]) -> dict[str, float]:
    """The figures for each number of writers."""
    # Closed again: the writers are copies of this process.
    with closing(open_configured_store(settings)) as store:
        number = OWN * max(writers) + SHARED * len(writers)
        plans = iter([plan.lifecycle_id for plan in some_waiting(store, number)])
    own = [[next(plans) for _ in range(OWN)] for _ in range(max(writers))]
    figures: dict[str, float] = {}
    for count in writers:
        shared = [next(plans) for _ in range(SHARED)]
        alone = _together([Work(settings, each, (), seconds) for each in own[:count]])
        mixed = _together([Work(settings, each, shared, seconds) for each in own[:count]])
        figures |= {
            f"writers_{count}_appends_per_s": alone.appends / seconds,
            f"mixed_{count}_appends_per_s": mixed.appends / seconds,
            f"mixed_{count}_conflicts_per_s": mixed.conflicts / seconds,
            f"unavailable_{count}": alone.unavailable + mixed.unavailable,
        }
    return figures


def _together(works: Sequence[Work]) -> Written:
    """One process for each, all at the same time."""
    start = _fork.Barrier(len(works))
    with _fork.Pool(len(works), _await_start_at, (start,)) as pool:
        done = pool.map(_write, works, chunksize=1)
    return Written(
        sum(each.appends for each in done),
        sum(each.conflicts for each in done),
        sum(each.unavailable for each in done),
    )


def _await_start_at(start: Barrier) -> None:
    global _start
    _start = start


def _write(work: Work) -> Written:
    with closing(open_configured_store(work.settings)) as store:
        writer = _Writer(Journal(store), work)
        _start.wait()
        return writer.write()


class _Writer:
    def __init__(self, journal: Journal, work: Work) -> None:
        self._journal = journal
        self._plans = journal.load_all(work.own)
        self._own = cycle(work.own)
        self._shared = list(work.shared)
        self._seconds = work.seconds
        self._written = Written()

    def write(self) -> Written:
        """Append until the time is over."""
        acts = cycle([self._append_own, *([self._append_shared] if self._shared else [])])
        deadline = time.monotonic() + self._seconds
        while time.monotonic() < deadline:
            try:
                next(acts)()
                self._written.appends += 1
            except SequenceConflict:
                self._written.conflicts += 1
            except StoreUnavailable:
                self._written.unavailable += 1
        return self._written

    def _append_own(self) -> None:
        plan = self._plans[next(self._own)]
        after = self._journal.append(plan, (armed(utc_now()),), utc_now())
        self._plans[plan.lifecycle_id] = after

    def _append_shared(self) -> None:
        plan = self._journal.load(random.choice(self._shared))
        self._journal.append(plan, (armed(utc_now()),), utc_now())


if __name__ == "__main__":
    seconds, *writers = sys.argv[1:]
    found = measure(read_settings(os.environ), float(seconds), list(map(int, writers)))
    print(json.dumps(found))
