"""The faults that are set, and which of them strikes what."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Generic, NamedTuple, TypeVar

from local_exchange.faults.fault import Condition, Fault, Occurrence
from local_exchange.faults.http_faults import RequestOccurrence
from local_exchange.faults.schedule import Schedule
from local_exchange.faults.scope import Subject
from local_exchange.faults.socket_faults import Message, SocketOccurrence
from local_exchange.faults.venue_faults import ActionOccurrence

Json = dict[str, Any]
ConditionT = TypeVar("ConditionT", bound=Condition)
OccurrenceT = TypeVar("OccurrenceT", bound=Occurrence)


def monotonic_ms() -> int:
    """Milliseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


class Strike(NamedTuple, Generic[OccurrenceT]):
    """A fault that strikes, and the chance that decides what it leaves open."""

    fault: OccurrenceT
    chance: Random


@dataclass(slots=True)
class _Entry:
    """A fault that was set: how many things it was about, and how many of them it struck."""

    fault: Fault
    set_at_ms: int
    seen: int = 0
    struck: int = 0

    def is_finished(self, now_ms: int) -> bool:
        if isinstance(self.fault, Occurrence) and self.struck == self.fault.count:
            return True
        return self.fault.is_over(now_ms - self.set_at_ms)

    def holds(self, now_ms: int) -> bool:
        return self.fault.holds(now_ms - self.set_at_ms)


class FaultBoard:
    """Conditions hold; occurrences and the schedule strike. Users look at `is_calm` first, so
    that without faults nothing else is done.
    """

    def __init__(self, clock_ms: Callable[[], int] = monotonic_ms) -> None:
        self._clock_ms = clock_ms
        self._entries: dict[int, _Entry] = {}
        self._last_id = 0
        self._schedule: Schedule | None = None
        self._numbers: Counter[str] = Counter()
        self._struck: Counter[str] = Counter()

    @property
    def is_calm(self) -> bool:
        """Whether nothing can happen."""
        return not self._entries and self._schedule is None

    def add(self, fault: Fault) -> int:
        """Set a fault; returns its id."""
        self._last_id += 1
        self._entries[self._last_id] = _Entry(fault, self._clock_ms())
        return self._last_id

    def remove(self, number: int) -> None:
        """Delete a fault; KeyError if there is none of that id (any more)."""
        del self._entries[number]

    def clear(self) -> None:
        """Delete every fault and the schedule."""
        self._entries.clear()
        self._schedule = None

    def follow(self, schedule: Schedule) -> None:
        """Draw from this schedule from now on, its first draw being number 0."""
        self._schedule = schedule
        self._numbers.clear()

    def listing(self) -> Json:
        """What is set, with what it met and struck, and all strikes so far by kind."""
        self._drop_finished()
        faults = [
            {"id": number, "seen": entry.seen, "struck": entry.struck}
            | entry.fault.model_dump(mode="json")
            for number, entry in self._entries.items()
        ]
        schedule = None if self._schedule is None else self._schedule.model_dump(mode="json")
        return {"faults": faults, "schedule": schedule, "struck": dict(self._struck)}

    def conditions(self, kind: type[ConditionT]) -> list[ConditionT]:
        """Those of the kind that hold now."""
        return [entry.fault for entry in self._holding() if isinstance(entry.fault, kind)]

    def strikes_on_request(self, subject: Subject) -> list[Strike[RequestOccurrence]]:
        """What strikes an HTTP request."""
        strikes = self._strikes(RequestOccurrence, lambda fault: fault.scope.covers(subject))
        if self._schedule is not None:
            number = self._next_number(subject.surface)
            self._draw(strikes, self._schedule.http_fault(subject.surface, number), number)
        return strikes

    def strikes_on_action(self, subject: Subject) -> list[Strike[ActionOccurrence]]:
        """What strikes an admitted action."""
        strikes = self._strikes(ActionOccurrence, lambda fault: fault.scope.covers(subject))
        if self._schedule is not None:
            number = self._next_number("admitted")
            self._draw(strikes, self._schedule.refusal(number), number)
        return strikes

    def strikes_on_message(self, message: Message) -> list[Strike[SocketOccurrence]]:
        """What strikes a websocket message."""
        # An abstract class stands for its kinds here: none is made of it.
        of_sockets: type[SocketOccurrence] = SocketOccurrence  # type: ignore[type-abstract]
        strikes = self._strikes(of_sockets, lambda fault: fault.covers(message))
        if self._schedule is not None:
            number = self._next_number(message.channel)
            self._draw(strikes, self._schedule.socket_fault(message.channel, number), number)
        return strikes

    def strikes_now(self, number: int) -> bool:
        """Whether the fault of that id strikes one more of the things that it is about."""
        entry = self._entries.get(number)
        if entry is None or not isinstance(entry.fault, Occurrence):
            return False
        return entry.holds(self._clock_ms()) and self._strike(entry, entry.fault) is not None

    def _strikes(
        self, kind: type[OccurrenceT], covers: Callable[[OccurrenceT], bool]
    ) -> list[Strike[OccurrenceT]]:
        strikes = []
        for entry in self._holding():
            fault = entry.fault
            if isinstance(fault, kind) and covers(fault):
                chance = self._strike(entry, fault)
                if chance is not None:
                    strikes.append(Strike(fault, chance))
        return strikes

    def _strike(self, entry: _Entry, fault: Occurrence) -> Random | None:
        number = entry.seen
        entry.seen += 1
        chance = fault.chance(number)
        is_used_up = entry.struck == fault.count
        if is_used_up or number < fault.skip or chance.random() >= fault.probability:
            return None
        entry.struck += 1
        self._struck[fault.kind] += 1
        return chance

    def _draw(
        self, strikes: list[Strike[OccurrenceT]], drawn: OccurrenceT | None, number: int
    ) -> None:
        if drawn is not None:
            self._struck[drawn.kind] += 1
            strikes.append(Strike(drawn, drawn.chance(number)))

    def _next_number(self, stream: str) -> int:
        number = self._numbers[stream]
        self._numbers[stream] += 1
        return number

    def _holding(self) -> Iterator[_Entry]:
        self._drop_finished()
        now_ms = self._clock_ms()
        return (entry for entry in list(self._entries.values()) if entry.holds(now_ms))

    def _drop_finished(self) -> None:
        now_ms = self._clock_ms()
        finished = [n for n, entry in self._entries.items() if entry.is_finished(now_ms)]
        for number in finished:
            del self._entries[number]
