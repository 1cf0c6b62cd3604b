"""Plans' lifecycles in a store: load, and append by compare-and-set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trader.errors import Permanent
from trader.lifecycle.collector import paused_collector
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.paging import pages_of
from trader.lifecycle.plan_stream import PLANS
from trader.strands.store import InvalidStrand, StrandStore
from trader.strands.strand import Strand
from trader.streams.encoding import UnreadableStrand
from trader.streams.event import Event
from trader.streams.journal import write
from trader.streams.stream import BrokenStream, Change


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
    """The plans of a store."""

    def __init__(self, store: StrandStore) -> None:
        self._store = store

    def load(self, lifecycle_id: str) -> Lifecycle:
        """The lifecycle as of now.

        Raises UnknownLifecycle, UnreadableStrand, BrokenStream, InvalidStrand.
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
        return self._write(PLANS.change(lifecycle_id, None, (event,), now))

    def append(self, lifecycle: Lifecycle, events: Sequence[Event], now: datetime) -> Lifecycle:
        """Add the events. Raises SequenceConflict when somebody was first, UndecidedIntent."""
        if not events:
            return lifecycle
        return self._write(PLANS.change(lifecycle.lifecycle_id, lifecycle, events, now))

    def append_all(
        self, changes: Sequence[tuple[Lifecycle, Sequence[Event]]], now: datetime
    ) -> list[Lifecycle]:
        """Add events to several lifecycles at once, or to none.

        Raises SequenceConflict and UndecidedIntent, which name the one that moved on.
        """
        written = [PLANS.change(lc.lifecycle_id, lc, events, now) for lc, events in changes]
        write(self._store, *written)
        return [change.after for change in written]

    def _write(self, change: Change[Lifecycle]) -> Lifecycle:
        write(self._store, change)
        return change.after


def _folded(lifecycle_id: str, strands: Sequence[Strand]) -> Lifecycle:
    lifecycle = PLANS.fold(strands)
    if lifecycle is None:
        raise UnknownLifecycle(f"no lifecycle {lifecycle_id!r}; see `trader plan list`")
    return lifecycle


def _folded_apart(lifecycle_ids: Sequence[str], strands: Mapping[str, Sequence[Strand]]) -> Loaded:
    loaded = Loaded()
    for lifecycle_id in lifecycle_ids:
        try:
            loaded.lifecycles[lifecycle_id] = _folded(lifecycle_id, strands.get(lifecycle_id, ()))
        except (UnknownLifecycle, UnreadableStrand, BrokenStream) as error:
            loaded.unreadable[lifecycle_id] = error
    return loaded
