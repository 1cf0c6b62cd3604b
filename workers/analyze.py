"""The analyze stage: how the execution went. The only module that brings pandas in."""

from trader.clock import utc_now
from trader.lifecycle.stage import Stage
from trader.performance.analyzer import PerformanceAnalyzer
from workers.app import app
from workers.journal_context import journal
from workers.stage_task import StageTask


@app.task(name="workers.analyze.analyze_execution", base=StageTask)
def analyze_execution(lifecycle_id: str) -> None:
    """Measure a finished execution and publish it; the plan is then done."""
    lifecycle = journal().load(lifecycle_id)
    if lifecycle.stage is Stage.ANALYZE:
        analysis = PerformanceAnalyzer().analyze(lifecycle)
        journal().append(lifecycle, (analysis,), utc_now())
