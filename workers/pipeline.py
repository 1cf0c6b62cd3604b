"""The chain that carries a plan from its stage to its end. Messages hold ids only."""

import structlog
from celery import Task, chain

from trader.lifecycle.stage import Stage
from workers.app import app

log = structlog.get_logger()

TASKS = {
    Stage.PLACE: "workers.place.place_order",
    Stage.TRACK: "workers.track.track_orders",
    Stage.ANALYZE: "workers.analyze.analyze_execution",
}


def resume(lifecycle_id: str, stage: Stage) -> None:
    """Send the plan on from this stage; a plan that waits or is done needs no message."""
    stages = list(TASKS)
    if stage in TASKS:
        names = [TASKS[following] for following in stages[stages.index(stage) :]]
        chain(*(app.signature(name, args=(lifecycle_id,), immutable=True) for name in names))()


def stop_unless(task: Task, stage: Stage, expected: Stage) -> None:
    """End the chain when the plan has not come to the stage of its next link."""
    log.info("stage reached", stage=str(stage))
    if stage is not expected:
        task.request.chain = None
