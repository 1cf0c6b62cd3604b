"""Does what the scenario says, when it says so."""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import NamedTuple

from chaos.acts.act import Act, ActKind
from chaos.acts.performer import Performer
from trader.processes.waiting import NotReady

MOST_AT_ONCE = 32
PATIENCE_SECONDS = 180.0
"""How long the next act may wait until it is possible: a frozen process stands for a minute."""
LOOK_SECONDS = 0.1


class _Doing(NamedTuple):
    act: Act
    claims: Collection[str]
    future: Future[bool]


class Havoc:
    """`done` counts acts by name, `left_out` those that nobody can do on this machine."""

    def __init__(self, performers: Mapping[ActKind, Performer]) -> None:
        self.done: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self._performers = performers
        self._under_way: list[_Doing] = []
        self._waiting: list[Act] = []

    def wreak(self, acts: Sequence[Act], started: float) -> None:
        """Begin each at its time, or when it is possible; return when the last one is over.

        `started` is when the scenario began, on the monotonic clock. Raises NotReady.
        """
        self.left_out.update(act.name for act in acts if act.kind not in self._performers)
        self._waiting = [act for act in acts if act.kind in self._performers]
        waiting_since = time.monotonic()
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            while self._waiting or self._under_way:
                self._finish()
                if self._begin(pool, time.monotonic() - started):
                    waiting_since = time.monotonic()
                self._require_patience(max(waiting_since, started + self._first_at()))
                time.sleep(LOOK_SECONDS)

    def _begin(self, pool: ThreadPoolExecutor, now: float) -> bool:
        """Begin what is due and possible; whether anything was."""
        is_begun = False
        for act in [act for act in self._waiting if act.at <= now]:
            performer = self._performers[act.kind]
            claims = frozenset(performer.claims(act))
            if claims.isdisjoint(self._claimed()) and performer.is_ready(act):
                self._waiting.remove(act)
                self._under_way.append(_Doing(act, claims, pool.submit(performer.perform, act)))
                is_begun = True
        return is_begun

    def _finish(self) -> None:
        """Count what is over; what could not be done waits again."""
        for doing in [doing for doing in self._under_way if doing.future.done()]:
            self._under_way.remove(doing)
            if doing.future.result():
                self.done[doing.act.name] += 1
            else:
                self._waiting.append(doing.act)

    def _claimed(self) -> Iterator[str]:
        return chain.from_iterable(doing.claims for doing in self._under_way)

    def _first_at(self) -> float:
        return min((act.at for act in self._waiting), default=0.0)

    def _require_patience(self, since: float) -> None:
        if self._waiting and time.monotonic() > since + PATIENCE_SECONDS:
            names = ", ".join(f"{act.name} {act.queue}".strip() for act in self._waiting)
            raise NotReady(f"not possible in {PATIENCE_SECONDS:g} s: {names}")
