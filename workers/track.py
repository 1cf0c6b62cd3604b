"""The track stage: orders, fills, protection and exits."""

from celery import Task

from trader.lifecycle.stage import Stage
from workers import task_names
from workers.app import app
from workers.exchange_context import order_manager, reconciler
from workers.pace import paces
from workers.pipeline import go_on, resume
from workers.stage_task import StageTask


@app.task(name=task_names.TRACK_ORDERS, base=StageTask, bind=True)
def track_orders(self: Task, lifecycle_id: str) -> None:
    """Bring a plan up to the venue's word; the chain goes on when it is flat."""
    stage = order_manager().track_order_lifecycle(lifecycle_id)
    go_on(self, lifecycle_id, stage, Stage.ANALYZE)


@app.task(name=task_names.SWEEP_ORDERS, base=StageTask)
def sweep_orders() -> None:
    """Reconcile the account; track every plan of which the venue or the clock has news."""
    pace = paces()[Stage.TRACK]
    for lifecycle_id in pace.passing(reconciler().reconcile()):
        resume(lifecycle_id, Stage.TRACK, expires=pace.seconds)
