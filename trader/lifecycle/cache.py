"""Folded lifecycles by (id, seq): a sweep reads only what has changed since the last one."""

from collections.abc import Iterable, Iterator

import structlog

from trader.lifecycle.encoding import UnreadableStrand
from trader.lifecycle.fold import BrokenLifecycle
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
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
        for row in rows:
            try:
                lifecycle = self._fresh(row)
            except (UnreadableStrand, BrokenLifecycle) as error:
                log.error("a plan cannot be read", lifecycle_id=row.lifecycle_id, why=str(error))
                continue
            swept[row.lifecycle_id] = lifecycle
            yield lifecycle
        self._known = swept

    def _fresh(self, row: LifecycleRow) -> Lifecycle:
        known = self._known.get(row.lifecycle_id)
        if known is not None and known.seq >= row.seq:
            return known
        return self._journal.load(row.lifecycle_id)
