"""Moves the strands of finished lifecycles out of the way of those that are at work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from trader.strands.store import StrandStore


@dataclass(frozen=True, slots=True)
class Archived:
    """What one transaction moved."""

    lifecycles: int
    strands: int


def archive_finished(store: StrandStore, before: datetime, batch: int) -> Iterator[Archived]:
    """Archive what is done and was last updated before then, so many lifecycles a transaction.

    The strands are read as before, and the rows of `lifecycles` stay. Workers may go on: the store
    looks in the same transaction whether a lifecycle is done. Whoever breaks off has archived some
    batches, and starts anew whenever he likes. Raises StoreUnavailable.
    """
    after = None
    while lifecycle_ids := store.archivable(before, after, batch):
        yield Archived(len(lifecycle_ids), store.archive(lifecycle_ids))
        after = lifecycle_ids[-1]
