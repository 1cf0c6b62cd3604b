"""The monitor queue: new plans, waiting plans, and plans whose message was lost."""

from trader.clock import utc_now
from trader.lifecycle.intake import take_in
from trader.lifecycle.intake_pulse import note_intake
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Stage
from trader.orders.entry_check import check_entry
from trader.risk.limits import RiskLimits
from trader.settings import settings
from workers import task_names
from workers.app import app
from workers.journal_context import entry_watch, journal, market, redis, store
from workers.pace import paces
from workers.pipeline import place, resume
from workers.stage_task import StageTask


@app.task(name=task_names.CHECK_PLANS, base=StageTask)
def check_plans() -> None:
    """Take in new plans, and send every plan on whose entry condition holds."""
    _take_in()
    place(list(entry_watch().triggered(market().quotes())))


@app.task(name=task_names.TAKE_IN_PLANS, base=StageTask)
def take_in_plans() -> None:
    """Take in new plans, and have each that waits now judged at once."""
    for lifecycle_id in _take_in():
        check_plan.delay(lifecycle_id)


@app.task(name=task_names.CHECK_PLAN, base=StageTask)
def check_plan(lifecycle_id: str) -> None:
    """Judge one waiting plan on its symbol's latest prices, and send it on if it triggers."""
    is_triggered = check_entry(
        lifecycle_id,
        journal=journal(),
        quote_of=market().quote,
        clock=utc_now,
        limits=RiskLimits.of(settings()),
    )
    if is_triggered:
        resume(lifecycle_id, Stage.PLACE)


@app.task(name=task_names.RESUME_STALLED, base=StageTask)
def resume_stalled() -> None:
    """Send the plans on that should have moved by themselves: their message was lost.

    Each on its own, also where several were placed together before: should one of them be what
    ended the worker, the others go on without it.
    """
    for stage in (Stage.PLACE, Stage.ANALYZE):
        pace, due = paces()[stage], rows_in(store(), stage, due_by=utc_now())
        for lifecycle_id in pace.passing(row.lifecycle_id for row in due):
            resume(lifecycle_id, stage, expires=pace.seconds)


def _take_in() -> tuple[str, ...]:
    """Nothing is taken in before it is known what the venue lists."""
    instruments = market().instruments()
    if not instruments:
        return ()
    waiting = take_in(store(), journal(), instruments, utc_now())
    note_intake(redis(), settings().heartbeat_seconds)
    return waiting
