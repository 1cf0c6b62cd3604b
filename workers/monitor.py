"""The monitor queue: new plans, waiting plans, and plans whose message was lost."""

from trader.clock import utc_now
from trader.lifecycle.intake import take_in
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Stage
from trader.market.snapshot import read_instruments, read_quotes
from workers.app import app
from workers.journal_context import entry_watch, journal, redis, store
from workers.pipeline import resume
from workers.stage_task import StageTask


@app.task(name="workers.monitor.check_plans", base=StageTask)
def check_plans() -> None:
    """Take in new plans, and send every plan on whose entry condition holds."""
    instruments = read_instruments(redis())
    if instruments:
        take_in(store(), journal(), instruments, utc_now())
    for lifecycle_id in entry_watch().triggered(read_quotes(redis())):
        resume(lifecycle_id, Stage.PLACE)


@app.task(name="workers.monitor.resume_stalled", base=StageTask)
def resume_stalled() -> None:
    """Send the plans on that should have moved by themselves: their message was lost."""
    for stage in (Stage.PLACE, Stage.ANALYZE):
        for row in rows_in(store(), stage, due_by=utc_now()):
            resume(row.lifecycle_id, stage)
