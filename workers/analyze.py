"""The analyze stage: how the execution went. The only module that brings pandas in."""

from datetime import timedelta

from trader.clock import utc_now
from trader.lifecycle.stage import Stage
from trader.performance.analyzer import PerformanceAnalyzer
from trader.performance.foreign_closing import require_trades
from trader.performance.foreign_trades import foreign_trades_of
from trader.settings import settings
from workers import task_names
from workers.app import app
from workers.journal_context import journal, store
from workers.stage_task import StageTask

SWEEPS = 3
"""For so many sweeps the account's journal may lack a trade that the venue has made."""


@app.task(name=task_names.ANALYZE_EXECUTION, base=StageTask)
def analyze_execution(lifecycle_id: str) -> None:
    """Measure a finished execution and publish it; the plan is then done."""
    lifecycle, now = journal().load(lifecycle_id), utc_now()
    if lifecycle.stage is Stage.ANALYZE:
        foreign = foreign_trades_of(store(), lifecycle)
        require_trades(lifecycle, foreign, now, SWEEPS * _between_sweeps())
        journal().append(lifecycle, (PerformanceAnalyzer().analyze(lifecycle, foreign),), now)


def _between_sweeps() -> timedelta:
    return timedelta(seconds=settings().heartbeat_seconds)
