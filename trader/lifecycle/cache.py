"""Folded lifecycles by (id, seq): a sweep reads only what has changed since the last one."""

from collections.abc import Iterable, Iterator

from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.strands.strand import LifecycleRow


class LifecycleCache:
    """Holds the lifecycles of the latest sweep, and no others. One sweep at a time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[str, Lifecycle] = {}

    def sweep(self, rows: Iterable[LifecycleRow]) -> Iterator[Lifecycle]:
        """The lifecycles of these rows, as fresh as the rows; forgets all others at the end."""
        swept: dict[str, Lifecycle] = {}
        for row in rows:
            lifecycle = self._fresh(row)
            swept[row.lifecycle_id] = lifecycle
            yield lifecycle
        self._known = swept

    def _fresh(self, row: LifecycleRow) -> Lifecycle:
        known = self._known.get(row.lifecycle_id)
        if known is not None and known.seq >= row.seq:
            return known
        return self._journal.load(row.lifecycle_id)
