"""Asks a plan to end."""

from datetime import datetime

from trader.errors import Permanent
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import CancelRequested, PlanCancelled
from trader.lifecycle.stage import Stage
from trader.strands.store import SequenceConflict
from trader.streams.event import Event

ENDED = (Stage.ANALYZE, Stage.DONE)
ATTEMPTS = 10


class NothingToCancel(Permanent):
    """The plan has ended, or was asked to end before."""


def request_cancel(
    journal: Journal, lifecycle_id: str, *, requested_by: str, close_position: bool, now: datetime
) -> Lifecycle:
    """Cancel a waiting plan at once; ask the workers to cancel one that has orders.

    Its working entry is cancelled. What has traded stays under its stop and target, or is
    closed at market with `close_position`. Raises NothingToCancel, UnknownLifecycle.
    """
    for _ in range(ATTEMPTS):
        lifecycle = journal.load(lifecycle_id)
        event = _decide(lifecycle, requested_by, close_position)
        try:
            return journal.append(lifecycle, (event,), now)
        except SequenceConflict:
            continue
    raise SequenceConflict(f"{lifecycle_id} changed {ATTEMPTS} times meanwhile: try again")


def _decide(lifecycle: Lifecycle, requested_by: str, close_position: bool) -> Event:
    if lifecycle.stage in ENDED:
        raise NothingToCancel(f"{lifecycle.lifecycle_id} has ended: {lifecycle.outcome}")
    if lifecycle.stage is Stage.MONITOR:
        return PlanCancelled(
            requested_by=requested_by, reason=f"cancelled by {requested_by} while waiting"
        )
    if lifecycle.cancel is not None and lifecycle.cancel.close_position >= close_position:
        raise NothingToCancel(f"{lifecycle.lifecycle_id} is being cancelled already")
    what = "entry and position" if close_position else "entry"
    return CancelRequested(
        requested_by=requested_by,
        close_position=close_position,
        reason=f"{requested_by} asked to end the plan's {what}",
    )
