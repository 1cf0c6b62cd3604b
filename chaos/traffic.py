"""Plans and cancellations as other teams send them, and prices that move under them."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count

import requests

from chaos.market_path import Move
from chaos.patience import patiently
from chaos.plan_drafts import PlanDraft
from chaos.venue import FailingVenue
from trader.clock import utc_now
from trader.lifecycle.cancellation import NothingToCancel, request_cancel
from trader.lifecycle.journal import Journal, UnknownLifecycle
from trader.plans.submission import submission
from trader.strands.store import StrandStore
from trader.strands.strand import Strand

AGAIN_SECONDS = 0.5
"""After so long a plan that was not taken in yet is cancelled again."""


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    at: float
    number: int


class Traffic:
    """Sends what the scenario holds; `submitted` are the lifecycle ids of its plans.

    `cancelled`: since when a plan's first cancellation has stood in the journal for certain.
    """

    def __init__(self, store: StrandStore, venue: FailingVenue) -> None:
        self.submitted: list[str] = []
        self.cancelled: dict[str, datetime] = {}
        self._store = store
        self._venue = venue
        self._journal = Journal(store)
        self._due: list[tuple[_Due, Callable[[], None]]] = []
        self._numbers = count()
        self._at = 0.0

    def send(self, drafts: Sequence[PlanDraft], started: float) -> None:
        """Send every plan at its time, and its cancellation later.

        `started` is the beginning, on the monotonic clock.
        """
        for draft in drafts:
            self._schedule(draft.at, partial(self._submit, draft))
        while self._due:
            due, act = heappop(self._due)
            self._at = due.at
            time.sleep(max(0.0, started + due.at - time.monotonic()))
            act()

    def move(self, moves: Sequence[Move], started: float) -> None:
        """Move the prices at their times; a venue that is away misses a move."""
        for move in moves:
            time.sleep(max(0.0, started + move.at - time.monotonic()))
            self._move(move)

    def cancel(self, lifecycle_id: str, closes: bool) -> None:
        """Cancel the plan, unless it has ended or was told to."""
        with suppress(NothingToCancel):
            self._cancel(lifecycle_id, closes)

    def _schedule(self, at: float, act: Callable[[], None]) -> None:
        heappush(self._due, (_Due(at, next(self._numbers)), act))

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
        if self._store.strand(strand.id) is None:
            self._store.insert_foreign(strand)

    def _cancel_when_known(self, lifecycle_id: str, closes: bool) -> None:
        try:
            self._cancel(lifecycle_id, closes)
        except NothingToCancel:
            return
        except UnknownLifecycle:
            at = self._at + AGAIN_SECONDS
            self._schedule(at, partial(self._cancel_when_known, lifecycle_id, closes))

    def _cancel(self, lifecycle_id: str, closes: bool) -> None:
        def ask() -> None:
            request_cancel(
                self._journal,
                lifecycle_id,
                requested_by="chaos",
                close_position=closes,
                now=utc_now(),
            )

        try:
            patiently(ask)
        except NothingToCancel:
            self._note_cancelled(lifecycle_id)
            raise
        self._note_cancelled(lifecycle_id)

    def _note_cancelled(self, lifecycle_id: str) -> None:
        """Also when there is nothing left to cancel: an attempt that seemed to fail was written."""
        self.cancelled.setdefault(lifecycle_id, utc_now())

    def _move(self, move: Move) -> None:
        """The next move has its own price."""
        with suppress(requests.ConnectionError, requests.Timeout):
            if not self._venue.is_away:
                self._venue.controls.set_mid(move.symbol, move.mid)
