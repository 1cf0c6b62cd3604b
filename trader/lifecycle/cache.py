"""Folded lifecycles by (id, seq): a sweep reads only what has changed since the last one."""

from collections.abc import Iterable, Iterator, Sequence

import structlog

from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.paging import pages_of
from trader.strands.strand import LifecycleRow

log = structlog.get_logger()


class LifecycleCache:
    """Holds the lifecycles of the latest sweep, and no others. One sweep at a time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[str, Lifecycle] = {}

    def sweep(self, rows: Iterable[LifecycleRow]) -> Iterator[Lifecycle]:
        """The lifecycles of these rows, as fresh as the rows; forgets all others at the end.

        One that cannot be read is left out, loudly: it must not stop the others.
        """
        swept: dict[str, Lifecycle] = {}
        for page in pages_of(rows):
            fresh = self._fresh(page)
            swept |= fresh
            yield from fresh.values()
        self._known = swept

    def _fresh(self, page: Sequence[LifecycleRow]) -> dict[str, Lifecycle]:
        """The page's lifecycles, in its order: one round trip for all that have changed."""
        known = {row.lifecycle_id: self._known[row.lifecycle_id] for row in page if self._has(row)}
        changed = [row.lifecycle_id for row in page if row.lifecycle_id not in known]
        loaded = self._journal.load_many(changed)
        for lifecycle_id, error in loaded.unreadable.items():
            log.error("a plan cannot be read", lifecycle_id=lifecycle_id, why=str(error))
        fresh = known | loaded.lifecycles
        return {
            row.lifecycle_id: fresh[row.lifecycle_id] for row in page if row.lifecycle_id in fresh
        }

    def _has(self, row: LifecycleRow) -> bool:
        known = self._known.get(row.lifecycle_id)
        return known is not None and known.seq >= row.seq
