"""Execution quality and plan against reality, as the Trader's component of that name."""

from trader.lifecycle.analysis_events import Comparison, ExecutionQuality, PlanAnalyzed
from trader.lifecycle.foreign_closing import ForeignTrades
from trader.lifecycle.lifecycle import Lifecycle
from trader.performance.explanation import actual_outcome, expected_outcome, explain
from trader.performance.fills_frame import fills_frame
from trader.performance.foreign_closing import closing_trades
from trader.performance.latencies import latencies_of
from trader.performance.quality import execution_quality
from trader.performance.reality import compare
from trader.performance.result import result_of
from trader.performance.scoring import quality_score
from trader.performance.shortfall import shortfall
from trader.performance.subject import NotAnalysable, plan_of


class PerformanceAnalyzer:
    """Measures what a plan's strands tell. Pure: the same lifecycle gives the same figures.

    Every method raises NotAnalysable for a lifecycle without an accepted plan.
    """

    def analyze_execution_quality(self, lifecycle: Lifecycle) -> ExecutionQuality:
        """Prices, signed slippages, fees and fill ratio, so far."""
        return execution_quality(lifecycle, fills_frame(lifecycle))

    def analyze_plan_vs_reality(self, lifecycle: Lifecycle) -> tuple[Comparison, ...]:
        """Each expectation of the plan beside what came, so far."""
        plan, fills = plan_of(lifecycle), fills_frame(lifecycle)
        return compare(plan, execution_quality(lifecycle, fills), result_of(lifecycle, fills))

    def analyze(self, lifecycle: Lifecycle, foreign: ForeignTrades | None = None) -> PlanAnalyzed:
        """The event that ends the lifecycle. Raises NotAnalysable before the execution's end.

        `foreign` is what is known of a position that others closed.
        """
        plan = plan_of(lifecycle)
        if lifecycle.outcome is None:
            raise NotAnalysable(
                f"lifecycle {lifecycle.lifecycle_id} is at stage {lifecycle.stage}: "
                "its execution must end before it is analysed"
            )
        fills = fills_frame(lifecycle)
        quality = execution_quality(lifecycle, fills)
        result = result_of(lifecycle, fills, closing_trades(lifecycle, foreign))
        comparisons = compare(plan, quality, result)
        return PlanAnalyzed(
            outcome=lifecycle.outcome,
            expected_outcome=expected_outcome(plan.expectation),
            actual_outcome=actual_outcome(quality, result),
            execution_quality=quality,
            shortfall=shortfall(lifecycle, fills),
            latencies=latencies_of(lifecycle),
            result=result,
            foreign=foreign,
            plan_against_reality=comparisons,
            quality_score=quality_score(quality),
            reason=explain(lifecycle, quality, result, comparisons),
        )
