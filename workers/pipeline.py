"""The chain that carries a plan from its stage to its end. Messages hold ids only."""

from collections.abc import Sequence

import structlog
from celery import Task, chain

from trader.clock import utc_now
from trader.lifecycle.stage import Stage
from trader.orders.entries import ORDERS_PER_ACTION
from trader.settings import settings
from workers import task_names
from workers.app import app
from workers.journal_context import journal

log = structlog.get_logger()

TASKS = {
    Stage.PLACE: task_names.PLACE_ORDER,
    Stage.TRACK: task_names.TRACK_ORDERS,
    Stage.ANALYZE: task_names.ANALYZE_EXECUTION,
}


def resume(lifecycle_id: str, stage: Stage, *, expires: float | None = None) -> None:
    """Send the plan on from this stage; a plan that waits or is done needs no message.

    A message that a sweep sends expires (seconds) when the sweep may send another, so that copies
    do not pile up behind a slow queue.
    """
    if stage not in TASKS:
        return
    stages = list(TASKS)
    names = [TASKS[following] for following in stages[stages.index(stage) :]]
    first, *others = (app.signature(name, args=(lifecycle_id,), immutable=True) for name in names)
    chain(first.set(expires=expires), *others)()


def go_on(task: Task, lifecycle_id: str, stage: Stage, expected: Stage) -> None:
    """End the chain when the plan has not come to the stage of its next link."""
    log.info("stage reached", stage=str(stage))
    if stage is not expected:
        task.request.chain = None
    if stage is Stage.MONITOR:
        check_after_its_wait(lifecycle_id)


def check_after_its_wait(lifecycle_id: str) -> None:
    """Have a plan that was kept from its entry judged as soon as it may try again.

    A wait that is longer than a beat is left to the heartbeat.
    """
    held_until = journal().load(lifecycle_id).held_until
    if held_until is None:
        return
    seconds = max(0.0, (held_until - utc_now()).total_seconds())
    if seconds < settings().heartbeat_seconds:
        app.send_task(task_names.CHECK_PLAN, (lifecycle_id,), countdown=seconds)


def place(lifecycle_ids: Sequence[str]) -> None:
    """Send triggered plans on: one as a chain, several as batches whose orders go out together."""
    if len(lifecycle_ids) == 1:
        resume(lifecycle_ids[0], Stage.PLACE)
        return
    for start in range(0, len(lifecycle_ids), ORDERS_PER_ACTION):
        app.send_task(
            task_names.PLACE_ORDERS, (list(lifecycle_ids[start : start + ORDERS_PER_ACTION]),)
        )
