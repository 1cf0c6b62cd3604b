"""What every store of strands can do. One contract test holds them all to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trader.errors import Permanent, Retryable
from trader.strands.strand import LifecycleRow, Strand


class SequenceConflict(Retryable):
    """Another worker appended first: load the lifecycle again and decide again.

    `lifecycle_id` is the one that moved on, where several were appended to at once.
    """

    def __init__(self, message: str, lifecycle_id: str | None = None) -> None:
        super().__init__(message)
        self.lifecycle_id = lifecycle_id


class DuplicateSource(Permanent):
    """The plan strand already started a lifecycle."""


class DuplicatePlan(Permanent):
    """Another lifecycle already carries this plan id."""


class StoreUnavailable(Retryable):
    """The store did not answer (locked, restarting, unreachable).

    An append may or may not have happened: load again and decide again.
    """


class InvalidStrand(Permanent):
    """The strand cannot be stored as it is (NaN, infinity, a NUL character, a bad type, an id
    that exists), or one of the Trader's own was damaged in the store."""


NEW = -1
"""The `expected_seq` of a lifecycle that has no strand yet."""


@dataclass(frozen=True, slots=True)
class Append:
    """What is appended to one lifecycle, and the row that sums it up then.

    `expected_seq` is the highest seq that the caller saw (NEW for none); the strands carry
    expected_seq + 1, + 2, ...
    """

    lifecycle_id: str
    expected_seq: int
    strands: Sequence[Strand]
    row: LifecycleRow


BEGINNING = ""
"""The position before the first strand: see `StrandStore.committed`."""


@dataclass(frozen=True, slots=True)
class CommittedStrand:
    """A strand, and the position from which a reader that has it goes on."""

    position: str
    strand: Strand


@dataclass(frozen=True, slots=True)
class Committed:
    """Strands in the order of their commits, and the position from which to go on."""

    strands: tuple[CommittedStrand, ...]
    position: str


class StrandStore(Protocol):
    """The journal's storage. Every method is synchronous and safe to call from any thread."""

    def append(self, *appends: Append) -> None:
        """Add all strands and replace the lifecycles' rows, in one transaction, or nothing.

        A row with a `source_id` also leaves the plan inbox. Raises SequenceConflict, which names
        the lifecycle that moved on, DuplicateSource, DuplicatePlan (another lifecycle that was not
        refused has the same plan_id), InvalidStrand, StoreUnavailable.
        """

    def load(self, lifecycle_id: str) -> tuple[Strand, ...]:
        """The lifecycle's own strands by seq; empty when it has none."""

    def load_many(self, lifecycle_ids: Sequence[str]) -> dict[str, tuple[Strand, ...]]:
        """Each lifecycle's own strands by seq, in few round trips; one without any is left out."""

    def lifecycle(self, lifecycle_id: str) -> LifecycleRow | None:
        """The projection's row."""

    def lifecycles(
        self,
        *,
        stage: str | None = None,
        due_by: datetime | None = None,
        symbol: str | None = None,
        has_exposure: bool | None = None,
        direction: str | None = None,
        after: str | None = None,
        limit: int = 500,
    ) -> tuple[LifecycleRow, ...]:
        """Rows that match all filters, ordered by lifecycle_id after `after` (keyset paging).

        `due_by` keeps the rows whose due_at is not None and not later.
        """

    def heads(self, stage: str) -> Mapping[str, int]:
        """The seq of each lifecycle of the stage, in order of lifecycle_id, in one round trip."""

    def insert_foreign(self, strand: Strand) -> None:
        """Write a strand as another team does: no seq, no lifecycle row. Plans reach the inbox."""

    def strand(self, strand_id: str) -> Strand | None:
        """Any strand by its id."""

    def plan_inbox(self, limit: int = 100) -> tuple[Strand, ...]:
        """Foreign strands addressed to the Trader (PlanTag) that no lifecycle has answered, in
        order of arrival."""

    def strands(
        self,
        *,
        lifecycle_id: str | None = None,
        kind: str | None = None,
        module: str | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int = 500,
    ) -> tuple[Strand, ...]:
        """Strands in order of (created_at, id), after the given key (keyset paging).

        Archived ones are among them only when `lifecycle_id` is given.
        """

    def committed(self, after: str = BEGINNING, limit: int = 500) -> Committed:
        """The next strands in the order of their commits, archived ones and other teams' included.

        A reader that goes on from the position that it was given gets every strand once, whatever
        the writers' clocks say and however late they commit. Positions are texts of the store's
        own. A strand that its writer has deleted is passed; one that was changed is as it is now.
        """

    def trades_booked(self, trade_ids: Sequence[str]) -> frozenset[str]:
        """Those of the given trade ids (column `trade_id`) that some strand carries."""

    def lifecycle_ids(self, after: str | None = None, limit: int = 500) -> tuple[str, ...]:
        """Ids of the lifecycles that have strands with a seq (for the rebuild), keyset paged."""

    def replace_lifecycles(self, rows: Sequence[LifecycleRow]) -> None:
        """Write the projection anew for these lifecycles (only the rebuild calls this).

        All or none. Raises DuplicateSource, DuplicatePlan, InvalidStrand, StoreUnavailable.
        """

    def clear_lifecycles(self) -> None:
        """Empty the projection (only the rebuild calls this, before it replaces)."""

    def archivable(
        self, before: datetime, after: str | None = None, limit: int = 500
    ) -> tuple[str, ...]:
        """Ids of lifecycles that are done, were last updated before then, and have strands outside
        the archive; keyset paged.
        """

    def archive(self, lifecycle_ids: Sequence[str]) -> int:
        """Move the own strands of those of the lifecycles that are done to the archive.

        All or none; returns how many strands. They are read as before, but by `strands` without a
        lifecycle. The rows stay.
        """

    def check(self) -> str:
        """One line that names the store and its version; raises StoreUnavailable when it is not."""

    def close(self) -> None:
        """Release connections; a later call opens new ones."""
