"""The place stage: the entry orders of triggered plans."""

from celery import Task

from trader.lifecycle.stage import Stage
from workers import task_names
from workers.app import app
from workers.exchange_context import order_manager
from workers.pipeline import check_after_its_wait, go_on, resume
from workers.stage_task import StageTask


@app.task(name=task_names.PLACE_ORDER, base=StageTask, bind=True)
def place_order(self: Task, lifecycle_id: str) -> None:
    """Size, control and send the entry; the chain goes on when an order was intended."""
    stage = order_manager().place_order_when_ready(lifecycle_id)
    go_on(self, lifecycle_id, stage, Stage.TRACK)


@app.task(name=task_names.PLACE_ORDERS, base=StageTask)
def place_orders(lifecycle_ids: list[str]) -> None:
    """The same for plans that were triggered together: their orders go out as one action."""
    for lifecycle_id, stage in order_manager().place_orders_when_ready(lifecycle_ids).items():
        if stage is Stage.MONITOR:
            check_after_its_wait(lifecycle_id)
        elif stage is not Stage.PLACE:
            resume(lifecycle_id, stage)
