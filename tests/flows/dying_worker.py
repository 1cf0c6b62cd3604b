"""The workers of one queue, killed at chosen calls of chosen plans, and started again at once.

`python -m tests.flows.dying_worker QUEUE FOLDER` runs them as forks of one process, so that a
start costs no imports. Each handles one task at a time (Celery's solo pool): SIGKILL ends the
whole worker, and its unacknowledged messages are lost for as long as a test lasts.

What a worker does to a plan is a row of calls: what it appends to the journal, and what it sends
to the venue. A file `<lifecycle id>.death` in the folder, such as "before 3" or "after 3", names
the call at which it dies; the file is renamed to `.died` first, so that it dies once.
`<lifecycle id>.calls` lists the calls that were done.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from trader.processes.commands import QUEUES
from trader.strands.sqlite import SqliteStore
from trader.strands.store import Append
from trader.strands.strand import Strand
from trader.venues.hyperliquid.integration import HyperliquidIntegration as Venue

T = TypeVar("T")


class Deaths:
    """Where plans say at which call their worker shall die, and what was done before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def order(self, lifecycle_id: str, moment: str, number: int) -> None:
        """Have the plan's worker die before or after its call of this number, from 1."""
        (self._folder / f"{lifecycle_id}.death").write_text(f"{moment} {number}")

    def died(self, lifecycle_id: str) -> bool:
        """Whether it did."""
        return (self._folder / f"{lifecycle_id}.died").exists()

    def calls(self, lifecycle_id: str) -> list[str]:
        """The plan's calls that were done, by all workers, in their order."""
        path = self._folder / f"{lifecycle_id}.calls"
        return path.read_text().splitlines() if path.exists() else []

    def around(self, lifecycle_id: str, name: str, call: Callable[[], T]) -> T:
        """Do one call of a plan, unless this is where the worker dies."""
        number = len(self.calls(lifecycle_id)) + 1
        self._die_if_due(lifecycle_id, f"before {number}")
        result = call()
        with (self._folder / f"{lifecycle_id}.calls").open("a") as calls:
            calls.write(f"{name}\n")
        self._die_if_due(lifecycle_id, f"after {number}")
        return result

    def _die_if_due(self, lifecycle_id: str, point: str) -> None:
        order = self._folder / f"{lifecycle_id}.death"
        if not order.exists() or order.read_text() != point:
            return
        try:
            order.rename(order.with_suffix(".died"))
        except FileNotFoundError:  # another worker died of it
            return
        os.kill(os.getpid(), signal.SIGKILL)


def watch(deaths: Deaths) -> None:
    """Lead every append and every send of this process past `deaths`."""
    load, append = SqliteStore.load, SqliteStore.append
    at_hand: list[str] = []

    def watched_load(self: SqliteStore, lifecycle_id: str) -> tuple[Strand, ...]:
        at_hand[:] = [lifecycle_id]
        return load(self, lifecycle_id)

    def watched_append(self: SqliteStore, *appends: Append) -> None:
        at_hand[:] = [each.lifecycle_id for each in appends]
        call = partial(append, self, *appends)
        for each in appends:
            events = (str(strand.content["event"]) for strand in each.strands)
            call = partial(deaths.around, each.lifecycle_id, " ".join(["append", *events]), call)
        call()

    def watched(name: str, send: Callable[..., T]) -> Callable[..., T]:
        """One task runs at a time: what it sends is of the plans that it had at hand last."""

        def sent(*arguments: object) -> T:
            call = partial(send, *arguments)
            for lifecycle_id in at_hand:
                call = partial(deaths.around, lifecycle_id, name, call)
            return call()

        return sent

    replacements = {
        (SqliteStore, "load"): watched_load,
        (SqliteStore, "append"): watched_append,
        (Venue, "send_orders"): watched("send orders", Venue.send_orders),
        (Venue, "send_cancel"): watched("send cancel", Venue.send_cancel),
    }
    for (owner, method), replacement in replacements.items():
        setattr(owner, method, replacement)


def run(queue: str, folder: Path) -> None:
    """Keep the queue's usual number of workers running, for ever."""
    watch(Deaths(folder))
    for module in QUEUES[queue].modules:
        import_module(module)
    workers = {_start(queue, number): number for number in range(QUEUES[queue].processes)}
    while True:
        ended, _ = os.wait()
        number = workers.pop(ended)
        workers[_start(queue, number)] = number


def _start(queue: str, number: int) -> int:
    """Fork a worker; its process id."""
    from workers.app import app

    child = os.fork()
    if child == 0:
        options = ("--pool", "solo", "--without-mingle", "--without-gossip")
        app.worker_main(["worker", "-Q", queue, "-n", f"{queue}-{number}@%h", *options])
        os._exit(1)
    return child


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
