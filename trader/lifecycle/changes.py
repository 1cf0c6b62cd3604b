"""What has changed among the lifecycles of a stage: nothing else is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.paging import pages_of
from trader.lifecycle.stage import Stage
from trader.strands.store import NEW, StrandStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Changes:
    """Lifecycles that came to the stage or moved on in it, and the ids of those that left it.

    One that moved on once more while it was read may be at another stage by now.
    """

    lifecycles: tuple[Lifecycle, ...] = ()
    gone: frozenset[str] = frozenset()


class StageChanges:
    """Looks at one stage again and again. One look at a time."""

    def __init__(self, store: StrandStore, journal: Journal, stage: Stage) -> None:
        self._store = store
        self._journal = journal
        self._stage = stage
        self._known: dict[str, int] = {}

    def look(self) -> Iterator[Changes]:
        """All changes since the last look, page by page in order of id; at first everything.

        A page is done with when the next one is asked for: what a look that is broken off has not
        got so far, the next one finds. A lifecycle that cannot be read counts as gone, loudly, and
        is tried again by each look: it must not stop the others.
        """
        heads = self._store.heads(self._stage)
        if gone := frozenset(self._known.keys() - heads.keys()):
            yield Changes(gone=gone)
            self._forget(gone)
        moved = [key for key, seq in heads.items() if self._known.get(key, NEW) < seq]
        for page in pages_of(moved):
            changes = self._read(page)
            yield changes
            self._known |= {found.lifecycle_id: found.seq for found in changes.lifecycles}
            self._forget(changes.gone)

    def _read(self, lifecycle_ids: Sequence[str]) -> Changes:
        """One round trip for all of them."""
        loaded = self._journal.load_many(lifecycle_ids)
        for lifecycle_id, error in loaded.unreadable.items():
            log.error("a plan cannot be read", lifecycle_id=lifecycle_id, why=str(error))
        return Changes(tuple(loaded.lifecycles.values()), frozenset(loaded.unreadable))

    def _forget(self, gone: frozenset[str]) -> None:
        for lifecycle_id in gone:
            self._known.pop(lifecycle_id, None)
