"""Lifecycles in a store: load, and append by compare-and-set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trader.errors import Permanent
from trader.lifecycle.collector import paused_collector
from trader.lifecycle.encoding import UnreadableStrand, to_strands
from trader.lifecycle.event import Event
from trader.lifecycle.fold import BrokenLifecycle, advance_by, fold
from trader.lifecycle.intent_guard import require_decided
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.paging import pages_of
from trader.lifecycle.plan_events import PlanAccepted, PlanRefused
from trader.lifecycle.projection import project
from trader.plans.plan import Plan
from trader.strands.store import NEW, Append, InvalidStrand, StrandStore
from trader.strands.strand import Strand


class UnknownLifecycle(Permanent):
    """No strand has this lifecycle id."""


class UnreadableLifecycle(Permanent):
    """A lifecycle cannot be read that may not be left out."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Lifecycles by their ids, and why the others could not be read."""

    lifecycles: dict[str, Lifecycle] = field(default_factory=dict)
    unreadable: dict[str, Permanent] = field(default_factory=dict)


class Journal:
    """The only way in which events enter the store."""

    def __init__(self, store: StrandStore) -> None:
        self._store = store

    def load(self, lifecycle_id: str) -> Lifecycle:
        """The lifecycle as of now.

        Raises UnknownLifecycle, UnreadableStrand, BrokenLifecycle, InvalidStrand.
        """
        return _folded(lifecycle_id, self._store.load(lifecycle_id))

    def load_many(self, lifecycle_ids: Sequence[str]) -> Loaded:
        """These lifecycles as of now, in one round trip; one that cannot be read stops no other.

        A store refuses them all for one damaged strand: that one is found by halving.
        """
        if not lifecycle_ids:
            return Loaded()
        try:
            with paused_collector():
                return _folded_apart(lifecycle_ids, self._store.load_many(lifecycle_ids))
        except InvalidStrand as error:
            if len(lifecycle_ids) == 1:
                return Loaded(unreadable={lifecycle_ids[0]: error})
        half = len(lifecycle_ids) // 2
        first, second = self.load_many(lifecycle_ids[:half]), self.load_many(lifecycle_ids[half:])
        return Loaded(first.lifecycles | second.lifecycles, first.unreadable | second.unreadable)

    def load_all(self, lifecycle_ids: Iterable[str]) -> dict[str, Lifecycle]:
        """These lifecycles as of now by their ids, in one round trip a page; none is left out.

        Raises UnreadableLifecycle.
        """
        found: dict[str, Lifecycle] = {}
        for page in pages_of(lifecycle_ids):
            loaded = self.load_many(page)
            for lifecycle_id, error in loaded.unreadable.items():
                raise UnreadableLifecycle(
                    f"lifecycle {lifecycle_id!r} is needed here, and cannot be read: {error}"
                ) from error
            found |= loaded.lifecycles
        return found

    def begin(self, lifecycle_id: str, event: Event, now: datetime) -> Lifecycle:
        """Start a lifecycle. Raises SequenceConflict, DuplicateSource, DuplicatePlan."""
        return self._append(lifecycle_id, None, (event,), now)

    def append(self, lifecycle: Lifecycle, events: Sequence[Event], now: datetime) -> Lifecycle:
        """Add the events. Raises SequenceConflict when somebody was first, UndecidedIntent."""
        if not events:
            return lifecycle
        return self._append(lifecycle.lifecycle_id, lifecycle, events, now)

    def append_all(
        self, changes: Sequence[tuple[Lifecycle, Sequence[Event]]], now: datetime
    ) -> list[Lifecycle]:
        """Add events to several lifecycles at once, or to none.

        Raises SequenceConflict and UndecidedIntent, which name the one that moved on.
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


def _folded(lifecycle_id: str, strands: Sequence[Strand]) -> Lifecycle:
    lifecycle = fold(strands)
    if lifecycle is None:
        raise UnknownLifecycle(f"no lifecycle {lifecycle_id!r}; see `trader plan list`")
    return lifecycle


def _folded_apart(lifecycle_ids: Sequence[str], strands: Mapping[str, Sequence[Strand]]) -> Loaded:
    loaded = Loaded()
    for lifecycle_id in lifecycle_ids:
        try:
            loaded.lifecycles[lifecycle_id] = _folded(lifecycle_id, strands.get(lifecycle_id, ()))
        except (UnknownLifecycle, UnreadableStrand, BrokenLifecycle) as error:
            loaded.unreadable[lifecycle_id] = error
    return loaded


def _write(
    lifecycle_id: str, lifecycle: Lifecycle | None, events: Sequence[Event], now: datetime
) -> tuple[Lifecycle, Append]:
    """The lifecycle after these events, and the append that makes it so."""
    last_seq = NEW if lifecycle is None else lifecycle.seq
    if lifecycle is not None:
        require_decided(lifecycle, events, now)
    strands = to_strands(
        events,
        lifecycle_id=lifecycle_id,
        plan=_plan_of(lifecycle, events),
        last_seq=last_seq,
        last_strand_id=_cause_of(lifecycle, events),
        now=now,
    )
    after = advance_by(lifecycle, list(zip(strands, events, strict=True)))
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
