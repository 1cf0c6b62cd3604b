"""The place stage: the entry orders of triggered plans."""

from celery import Task

from trader.lifecycle.stage import Stage
from workers.app import app
from workers.exchange_context import order_manager
from workers.pipeline import resume, stop_unless
from workers.stage_task import StageTask


@app.task(name="workers.place.place_order", base=StageTask, bind=True)
def place_order(self: Task, lifecycle_id: str) -> None:
    """Size, control and send the entry; the chain goes on when an order was intended."""
    stop_unless(self, order_manager().place_order_when_ready(lifecycle_id), Stage.TRACK)


@app.task(name="workers.place.place_orders", base=StageTask)
def place_orders(lifecycle_ids: list[str]) -> None:
    """The same for plans that were triggered together: their orders go out as one action."""
    for lifecycle_id, stage in order_manager().place_orders_when_ready(lifecycle_ids).items():
        if stage in (Stage.TRACK, Stage.ANALYZE):
            resume(lifecycle_id, stage)
