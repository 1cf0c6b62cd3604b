"""Plans and cancellations as other teams send them, and prices that move under them."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush

import requests

from chaos.market_path import Move
from chaos.patience import patiently
from chaos.plan_drafts import PlanDraft
from chaos.scenario import Scenario
from chaos.world import World
from trader.clock import utc_now
from trader.lifecycle.cancellation import NothingToCancel, request_cancel
from trader.lifecycle.journal import Journal, UnknownLifecycle
from trader.plans.submission import submission
from trader.strands.strand import Strand

AGAIN_SECONDS = 0.5
"""After so long a plan that was not taken in yet is cancelled again."""


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    at: float
    number: int


class Traffic:
    """Sends what the scenario holds; `submitted` are the lifecycle ids of its plans."""

    def __init__(self, world: World) -> None:
        self.submitted: list[str] = []
        self._world = world
        self._journal = Journal(world.store)
        self._due: list[tuple[_Due, Callable[[], None]]] = []
        self._at = 0.0

    def send(self, scenario: Scenario, started: float) -> None:
        """Send everything at its time; `started` is the beginning, on the monotonic clock."""
        for at, act in self._of(scenario):
            self._schedule(at, act)
        while self._due:
            due, act = heappop(self._due)
            self._at = due.at
            time.sleep(max(0.0, started + due.at - time.monotonic()))
            act()

    def end(self, lifecycle_id: str) -> None:
        """Cancel the plan and close its position, unless it has ended or was told to."""
        with suppress(NothingToCancel):
            self._cancel(lifecycle_id, closes=True)

    def _of(self, scenario: Scenario) -> Iterator[tuple[float, Callable[[], None]]]:
        for draft in scenario.plans:
            yield draft.at, partial(self._submit, draft)
        for move in scenario.moves:
            yield move.at, partial(self._move, move)

    def _schedule(self, at: float, act: Callable[[], None]) -> None:
        heappush(self._due, (_Due(at, len(self._due)), act))

    def _submit(self, draft: PlanDraft) -> None:
        now = utc_now()
        strand = submission(draft.document(now), now)
        patiently(lambda: self._write(strand))
        lifecycle_id = strand.lifecycle_id
        assert lifecycle_id is not None
        self.submitted.append(lifecycle_id)
        wish = draft.cancellation
        if wish is not None:
            at = draft.at + wish.after
            self._schedule(at, partial(self._cancel_when_known, lifecycle_id, wish.closes))

    def _write(self, strand: Strand) -> None:
        """Unless it was written when the store last gave no answer."""
        if self._world.store.strand(strand.id) is None:
            self._world.store.insert_foreign(strand)

    def _cancel_when_known(self, lifecycle_id: str, closes: bool) -> None:
        try:
            self._cancel(lifecycle_id, closes)
        except NothingToCancel:
            return
        except UnknownLifecycle:
            at = self._at + AGAIN_SECONDS
            self._schedule(at, partial(self._cancel_when_known, lifecycle_id, closes))

    def _cancel(self, lifecycle_id: str, closes: bool) -> None:
        cancel = partial(
            request_cancel,
            self._journal,
            lifecycle_id,
            requested_by="chaos",
            close_position=closes,
            now=utc_now(),
        )
        patiently(cancel)

    def _move(self, move: Move) -> None:
        """A venue that is away misses the move; the next one has its own price."""
        with suppress(requests.ConnectionError, requests.Timeout):
            self._world.venue.controls.set_mid(move.symbol, move.mid)
