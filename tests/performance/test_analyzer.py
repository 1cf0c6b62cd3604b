from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.stage import Outcome, Stage
from trader.performance.analyzer import PerformanceAnalyzer
from trader.performance.subject import NotAnalysable
from trader.plans.plan import Expectation
from trader.strands.encoding import encode_strand
from trader.strands.kinds import StrandKind
from trader.venues.orders import AnswerKind

ANALYZER = PerformanceAnalyzer()
PLAN = a_plan(expectation=Expectation(return_fraction=Decimal("0.02"), duration=timedelta(hours=4)))


def closed() -> LifecycleBuilder:
    return LifecycleBuilder(PLAN).entered("30030", fee="12").left("30600", fee="12")


def test_the_analysis_holds_every_part() -> None:
    lifecycle = closed().lifecycle
    analysis = ANALYZER.analyze(lifecycle)

    assert analysis.outcome is Outcome.CLOSED
    assert analysis.execution_quality == ANALYZER.analyze_execution_quality(lifecycle)
    assert analysis.plan_against_reality == ANALYZER.analyze_plan_vs_reality(lifecycle)
    assert analysis.result.net == 546
    assert analysis.shortfall is not None
    assert analysis.shortfall.total == 42
    assert analysis.latencies.trigger_to_intent == timedelta(seconds=1)
    assert analysis.quality_score == 0.75
    assert analysis.expected_outcome == "2% gain in 4 hours"
    assert analysis.actual_outcome == "1.8182% gain in 3 s"


def test_the_same_lifecycle_gives_the_same_analysis() -> None:
    lifecycle = closed().lifecycle

    assert ANALYZER.analyze(lifecycle) == ANALYZER.analyze(lifecycle)


def test_its_strand_is_storable_scored_and_ends_the_lifecycle() -> None:
    builder = closed()
    analysis = ANALYZER.analyze(builder.lifecycle)
    change = PLANS.change(builder.lifecycle_id, builder.lifecycle, [analysis], builder.now)
    (strand,) = change.append.strands

    assert encode_strand(strand)["outcome_score"] == 0.75
    assert strand.kind is StrandKind.PERFORMANCE_ANALYSIS
    assert PLANS.event(strand) == analysis
    assert builder.event(analysis).lifecycle.stage is Stage.DONE


@pytest.mark.parametrize("outcome", [Outcome.EXPIRED, Outcome.CANCELLED, Outcome.REJECTED])
def test_a_plan_that_traded_nothing_is_analysed_too(outcome: Outcome) -> None:
    builder = LifecycleBuilder(PLAN).accepted().triggered().intended()
    analysis = ANALYZER.analyze(builder.answered(AnswerKind.REJECTED).finished(outcome).lifecycle)

    assert analysis.outcome is outcome
    assert analysis.actual_outcome == "nothing traded"
    assert analysis.quality_score is None
    assert analysis.shortfall is None
    assert analysis.result.net is None


def test_an_execution_that_still_runs_is_measured_but_not_concluded() -> None:
    lifecycle = LifecycleBuilder(PLAN).entered("30030").lifecycle

    assert ANALYZER.analyze_execution_quality(lifecycle).entry_price == 30030
    with pytest.raises(NotAnalysable, match="stage track: its execution must end"):
        ANALYZER.analyze(lifecycle)


def test_a_refused_plan_cannot_be_analysed() -> None:
    lifecycle = LifecycleBuilder().refused().lifecycle

    with pytest.raises(NotAnalysable, match="no accepted plan"):
        ANALYZER.analyze_plan_vs_reality(lifecycle)
    with pytest.raises(NotAnalysable, match="no accepted plan"):
        ANALYZER.analyze(lifecycle)
