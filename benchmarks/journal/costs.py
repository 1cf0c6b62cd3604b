"""`python -m benchmarks.journal.costs SIZE SAMPLES`: what the work costs in a filled journal.

The journal is the one that the settings name, of SIZE lives. Prints one JSON object of figures,
whose names end with their units.
"""

import gc
import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

from benchmarks.journal.filling import mark_of
from benchmarks.journal.pattern import SYMBOL, lifecycle_id_of
from benchmarks.journal.waiting import accepted_again, armed, quote, some_waiting
from benchmarks.open_lifecycles import LIMITS
from benchmarks.timing import repeated, seconds, seconds_each, spread
from trader.cli.lifecycle_view import as_json
from trader.clock import utc_now
from trader.lifecycle.archiving import archive_finished
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.changes import StageChanges
from trader.lifecycle.journal import Journal
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Outcome, Stage
from trader.orders.watch import EntryWatch
from trader.settings import read_settings
from trader.strands.opening import open_configured_store
from trader.strands.store import StrandStore
from trader.stream.waiting import WaitingPlans

NEW_PLANS = 100
ARCHIVED = 100
TIMES = 5
_STATM = Path("/proc/self/statm")


def costs(store: StrandStore, size: int, samples: int) -> dict[str, float]:
    """The figures, in an order in which none spoils the next."""
    return {
        **_idle(store),
        **_show(store, size, samples),
        **_tracked(store),
        **_waiting(store, samples),
        **_archive(store),
    }


def _idle(store: StrandStore) -> dict[str, float]:
    """What is asked again and again while there is nothing to do."""

    def stalled() -> None:
        for stage in (Stage.PLACE, Stage.ANALYZE):
            assert not list(rows_in(store, stage, due_by=utc_now())), f"a plan stalls at {stage}"

    return {
        "stalled_sweep_ms": 1000 * repeated(stalled, TIMES),
        "plan_inbox_ms": 1000 * repeated(lambda: store.plan_inbox(200), TIMES),
    }


def _show(store: StrandStore, size: int, samples: int) -> dict[str, float]:
    """`trader plan show --json` of plans that traded, without the start of the process."""
    journal = Journal(store)
    plans = list(_closed(store, size, samples))
    return spread(
        "plan_show", seconds_each(lambda key: json.dumps(as_json(journal.load(key))), plans)
    )


def _tracked(store: StrandStore) -> dict[str, float]:
    """What a sweep of orders reads."""
    cache = LifecycleCache(store, Journal(store), Stage.TRACK)
    return {
        "tracked_first_ms": 1000 * seconds(cache.sweep),
        "tracked_again_ms": 1000 * repeated(cache.sweep, TIMES),
    }


def _waiting(store: StrandStore, samples: int) -> dict[str, float]:
    """The heartbeat, the stream's refresh beside it, and the appends between the beats."""
    journal = Journal(store)
    watch = EntryWatch(journal, LifecycleCache(store, journal, Stage.MONITOR), utc_now, LIMITS)

    def beat() -> None:
        triggered = list(watch.triggered({SYMBOL: quote(utc_now())}))
        assert not triggered, f"{triggered[0]} triggered"

    before = _resident_mb()
    figures = {"heartbeat_first_s": seconds(beat), "heartbeat_mb": _resident_mb() - before}
    figures["heartbeat_s"] = repeated(beat, TIMES)
    gc.freeze()  # The stream is another process: its collector does not look through these plans.
    figures |= _stream(store)
    gc.unfreeze()
    plans = some_waiting(store, samples)
    figures |= _started(journal, plans[0].lifecycle_id)
    figures["heartbeat_after_100_new_s"] = seconds(beat)
    appended = seconds_each(
        lambda plan: journal.append(plan, (armed(utc_now()),), utc_now()), plans
    )
    return figures | spread("append", appended)


def _stream(store: StrandStore) -> dict[str, float]:
    """How the stream learns of waiting plans: all at its start, then what changed each second."""
    changes, plans = StageChanges(store, Journal(store), Stage.MONITOR), WaitingPlans()

    def refresh() -> None:
        for page in changes.look():
            plans.refresh(page, lambda _: quote(utc_now()))

    return {
        "stream_first_s": seconds(refresh),
        "stream_refresh_s": repeated(refresh, TIMES),
    }


def _started(journal: Journal, like: str) -> dict[str, float]:
    """New lifecycles; their ids are such as the Trader takes from the plans' strands."""
    pattern = journal.load(like)
    ids = [f"01a207dd-dd43-7c89-8004-{number:012}" for number in range(NEW_PLANS)]
    times = seconds_each(
        lambda key: journal.begin(key, accepted_again(pattern, f"new-{key}"), utc_now()), ids
    )
    return spread("start", times)


def _archive(store: StrandStore) -> dict[str, float]:
    """How long `trader archive` holds others up: one of its transactions."""
    batches = archive_finished(store, utc_now(), ARCHIVED)
    time = repeated(lambda: next(batches), TIMES)
    return {f"archive_{ARCHIVED}_ms": 1000 * time}


def _closed(store: StrandStore, size: int, samples: int) -> Iterator[str]:
    """Plans from all over the journal."""
    for number in Random(1).sample(range(size), samples):
        near = lifecycle_id_of(mark_of(number))
        for row in store.lifecycles(stage=Stage.DONE, after=near, limit=1):
            if row.outcome == Outcome.CLOSED:
                yield row.lifecycle_id


def _resident_mb() -> float:
    """What this process has in memory; nothing is known of it without Linux's /proc."""
    if not _STATM.exists():
        return 0.0
    _, resident, *_ = _STATM.read_text().split()
    return int(resident) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    with closing(open_configured_store(read_settings(os.environ))) as configured:
        print(json.dumps(costs(configured, *map(int, sys.argv[1:]))))
