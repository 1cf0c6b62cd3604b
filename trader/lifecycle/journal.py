"""Lifecycles in a store: load, and append by compare-and-set."""

from collections.abc import Sequence
from datetime import datetime

from trader.errors import Permanent
from trader.lifecycle.encoding import to_strands
from trader.lifecycle.event import Event
from trader.lifecycle.fold import advance_by, fold
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import PlanAccepted, PlanRefused
from trader.lifecycle.projection import project
from trader.plans.plan import Plan
from trader.strands.store import NEW, Append, StrandStore


class UnknownLifecycle(Permanent):
    """No strand has this lifecycle id."""


class Journal:
    """The only way in which events enter the store."""

    def __init__(self, store: StrandStore) -> None:
        self._store = store

    def load(self, lifecycle_id: str) -> Lifecycle:
        """The lifecycle as of now. Raises UnknownLifecycle, UnreadableStrand."""
        lifecycle = fold(self._store.load(lifecycle_id))
        if lifecycle is None:
            raise UnknownLifecycle(f"no lifecycle {lifecycle_id!r}; see `trader plan list`")
        return lifecycle

    def begin(self, lifecycle_id: str, event: Event, now: datetime) -> Lifecycle:
        """Start a lifecycle. Raises SequenceConflict, DuplicateSource, DuplicatePlan."""
        return self._append(lifecycle_id, None, (event,), now)

    def append(self, lifecycle: Lifecycle, events: Sequence[Event], now: datetime) -> Lifecycle:
        """Add the events, or raise SequenceConflict when somebody was first."""
        if not events:
            return lifecycle
        return self._append(lifecycle.lifecycle_id, lifecycle, events, now)

    def append_all(
        self, changes: Sequence[tuple[Lifecycle, Sequence[Event]]], now: datetime
    ) -> list[Lifecycle]:
        """Add events to several lifecycles at once, or to none.

        Raises SequenceConflict, which names the one that moved on.
        """
        written = [_write(lc.lifecycle_id, lc, events, now) for lc, events in changes]
        self._store.append_all([append for _, append in written])
        return [after for after, _ in written]

    def _append(
        self,
        lifecycle_id: str,
        lifecycle: Lifecycle | None,
        events: Sequence[Event],
        now: datetime,
    ) -> Lifecycle:
        after, new = _write(lifecycle_id, lifecycle, events, now)
        self._store.append(new.lifecycle_id, new.expected_seq, new.strands, new.row)
        return after


def _write(
    lifecycle_id: str, lifecycle: Lifecycle | None, events: Sequence[Event], now: datetime
) -> tuple[Lifecycle, Append]:
    """The lifecycle after these events, and the append that makes it so."""
    last_seq = NEW if lifecycle is None else lifecycle.seq
    strands = to_strands(
        events,
        lifecycle_id=lifecycle_id,
        plan=_plan_of(lifecycle, events),
        last_seq=last_seq,
        last_strand_id=_cause_of(lifecycle, events),
        now=now,
    )
    first, *others = zip(events, strands, strict=True)
    after = advance_by(lifecycle, *first)
    for event, strand in others:
        after = advance_by(after, event, strand)
    return after, Append(lifecycle_id, last_seq, strands, project(after))


def _plan_of(lifecycle: Lifecycle | None, events: Sequence[Event]) -> Plan | None:
    if lifecycle is not None:
        return lifecycle.plan
    first = events[0]
    return first.plan if isinstance(first, PlanAccepted) else None


def _cause_of(lifecycle: Lifecycle | None, events: Sequence[Event]) -> str | None:
    """The strand before, or, for the first, the Decision Maker's own strand."""
    if lifecycle is not None:
        return lifecycle.last_strand_id
    first = events[0]
    return first.source_id if isinstance(first, PlanAccepted | PlanRefused) else None
