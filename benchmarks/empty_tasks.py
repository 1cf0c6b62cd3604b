"""Tasks that do nothing, one for each hop of a plan: what the messages alone cost."""

import time

from workers.app import app
from workers.configuration import ANALYSIS, EXCHANGE, MONITOR
from workers.journal_context import redis

FINISHED = "trader:benchmark:finished"


@app.task(name="benchmarks.empty.first", queue=MONITOR)
def first() -> None:
    """The hop of the monitor queue."""


@app.task(name="benchmarks.empty.second", queue=EXCHANGE)
def second() -> None:
    """The hop of the place stage."""


@app.task(name="benchmarks.empty.third", queue=EXCHANGE)
def third() -> None:
    """The hop of the track stage."""


@app.task(name="benchmarks.empty.fourth", queue=ANALYSIS)
def fourth() -> None:
    """The hop of the analyze stage; counts itself, so that the end is known."""
    redis().incr(FINISHED)


@app.task(name="benchmarks.empty.stamp", queue=EXCHANGE)
def stamp(key: str) -> None:
    """The hop from the stream to the track stage; leaves the time at which it ran in this list."""
    redis().rpush(key, time.time())
