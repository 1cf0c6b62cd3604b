"""What has an order of its own: events that are numbered, and add up to a state."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter

from trader.errors import Permanent
from trader.strands.store import NEW, Append
from trader.strands.strand import LifecycleRow, Strand
from trader.streams.encoding import Head, to_event, to_strands
from trader.streams.event import Event, Label


class BrokenStream(Permanent):
    """The strands of a stream do not begin as they must, skip a number, or contradict others."""


class State(Protocol):
    """What a stream's events add up to, as of strand `seq`."""

    @property
    def seq(self) -> int:
        """The number of the last strand."""

    @property
    def last_strand_id(self) -> str:
        """The id of the last strand."""

    @property
    def label(self) -> Label:
        """What the stream is about."""


S = TypeVar("S", bound=State)

Told: TypeAlias = tuple[Strand, Event]
"""A strand and the event that it publishes."""


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """Events on their way into the store: the state that they leave, and the append."""

    after: S
    append: Append


class Stream(ABC, Generic[S]):
    """A kind of streams: its events, how they add up, and the row that sums them up. Pure.

    A new kind is a subclass, and a line in `trader/known_streams.py`.
    """

    events: ClassVar[tuple[type[Event], ...]]
    """All that a strand of the stream may say."""

    def __init__(self) -> None:
        union: Any = Annotated[reduce(or_, self.events), Field(discriminator="event")]
        self._events: TypeAdapter[Event] = TypeAdapter(union)

    @abstractmethod
    def begin(self, strand: Strand, event: Event) -> S:
        """The state before its first strand. Raises BrokenStream for one that begins none."""

    @abstractmethod
    def apply(self, state: S, told: Told) -> S:
        """The state after one strand, but for what `numbered` adds. Raises BrokenStream."""

    @abstractmethod
    def numbered(self, state: S, told: Sequence[Told]) -> S:
        """The state as of the last of these strands, whose events have been applied."""

    @abstractmethod
    def project(self, state: S) -> LifecycleRow:
        """The row that sums the stream up."""

    def require(self, state: S, events: Sequence[Event], now: datetime) -> None:
        """Raises where these events may not follow."""

    def advance(self, state: S | None, told: Sequence[Told]) -> S:
        """The state after these strands, at least one. Raises BrokenStream."""
        _require_next(0 if state is None else state.seq + 1, told)
        after = self.begin(*told[0]) if state is None else state
        for each in told:
            after = self.apply(after, each)
        return self.numbered(after, told)

    def event(self, strand: Strand) -> Event:
        """The event that the strand publishes. Raises UnreadableStrand."""
        return to_event(strand, self._events)

    def fold(self, strands: Iterable[Strand]) -> S | None:
        """What these strands (seq 0, 1, 2, ...) add up to; None for no strands.

        Raises BrokenStream, UnreadableStrand.
        """
        told = self.read(strands)
        return self.advance(None, told) if told else None

    def read(self, strands: Iterable[Strand]) -> list[Told]:
        """The strands with their events. Raises UnreadableStrand."""
        return [(strand, self.event(strand)) for strand in strands]

    def change(
        self, stream_id: str, state: S | None, events: Sequence[Event], now: datetime
    ) -> Change[S]:
        """What appends these events to the stream as of this state; None: a new one."""
        if state is None:
            head, label = Head(stream_id, NEW, events[0].caused_by), events[0].label
        else:
            self.require(state, events, now)
            head, label = Head(stream_id, state.seq, state.last_strand_id), state.label
        strands = to_strands(events, head, label, now)
        after = self.advance(state, list(zip(strands, events, strict=True)))
        return Change(after, Append(stream_id, head.seq, strands, self.project(after)))


def _require_next(first: int, told: Sequence[Told]) -> None:
    """Raises BrokenStream unless the strands are numbered on from there."""
    for expected, (strand, _) in enumerate(told, start=first):
        if strand.seq != expected:
            raise BrokenStream(
                f"lifecycle {strand.lifecycle_id}: expected seq {expected}, was {strand.seq}"
            )


AnyStream: TypeAlias = Stream[Any]
