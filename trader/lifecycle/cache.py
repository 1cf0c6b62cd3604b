"""All lifecycles of a stage, folded: a sweep reads only what has changed since the last one."""

from trader.lifecycle.changes import StageChanges
from trader.lifecycle.collector import paused_collector
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Stage
from trader.strands.store import StrandStore


class LifecycleCache:
    """Holds the lifecycles of the latest sweep. One sweep at a time."""

    def __init__(self, store: StrandStore, journal: Journal, stage: Stage) -> None:
        self._changes = StageChanges(store, journal, stage)
        self._held: dict[str, Lifecycle] = {}

    @paused_collector()
    def sweep(self) -> tuple[Lifecycle, ...]:
        """The stage's lifecycles as of now, in the order in which they were first seen there."""
        for changes in self._changes.look():
            for gone in changes.gone:
                self._held.pop(gone, None)
            self._held |= {found.lifecycle_id: found for found in changes.lifecycles}
        return tuple(self._held.values())
