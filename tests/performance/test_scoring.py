from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.performance.trades import execution_quality
from tests.support.lifecycles import LifecycleBuilder
from trader.lifecycle.analysis_events import ExecutionQuality
from trader.lifecycle.stage import Outcome
from trader.performance.scoring import quality_score
from trader.venues.orders import AnswerKind

TRADED = execution_quality(LifecycleBuilder().entered().lifecycle)
slippages = st.decimals("-500", "500", places=4)
ratios = st.decimals("0", "1.5", places=8)
LEGS = ("slippage_to_decision_bps", "exit_slippage_bps")


def traded(
    entry: str | Decimal | None,
    leaving: str | Decimal | None = None,
    fill_ratio: str | Decimal | None = "1",
    arrival: str | Decimal | None = None,
) -> ExecutionQuality:
    changes = {
        "slippage_to_decision_bps": entry,
        "slippage_to_arrival_bps": arrival,
        "exit_slippage_bps": leaving,
        "fill_ratio": fill_ratio,
    }
    return ExecutionQuality.model_validate(TRADED.model_dump() | changes)


def score(quality: ExecutionQuality) -> float:
    measured = quality_score(quality)
    assert measured is not None
    return measured


@pytest.mark.parametrize(
    ("entry", "leaving", "fill_ratio", "expected"),
    [
        ("0", None, "1", 1.0),
        ("10", None, "1", 0.5),
        ("30", None, "1", 0.25),
        ("-10", None, "1", 1.0),
        ("10", "30", "1", 0.375),
        ("0", "10", "0.5", 0.375),
        (None, "10", "1", 0.5),
        ("10", None, "0", 0.0),
        ("10", None, "1.2", 0.5),
    ],
)
def test_the_score_is_fill_ratio_times_mean_price_score(
    entry: str | None, leaving: str | None, fill_ratio: str, expected: float
) -> None:
    assert score(traded(entry, leaving, fill_ratio)) == pytest.approx(expected)


def test_the_arrival_price_stands_in_for_a_missing_decision_price_only() -> None:
    assert score(traded(None, arrival="10")) == 0.5
    assert score(traded("30", arrival="10")) == 0.25


@pytest.mark.parametrize("quality", [traded(None), traded("5", fill_ratio=None)])
def test_where_nothing_can_be_scored_there_is_no_score(quality: ExecutionQuality) -> None:
    assert quality_score(quality) is None


def test_a_plan_that_traded_nothing_has_no_score_rather_than_zero() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended()
    builder.answered(AnswerKind.REJECTED).finished(Outcome.REJECTED)

    assert quality_score(execution_quality(builder.lifecycle)) is None


@given(slippages, st.none() | slippages, ratios)
def test_the_score_is_bounded(entry: Decimal, leaving: Decimal | None, fill_ratio: Decimal) -> None:
    assert 0 <= score(traded(entry, leaving, fill_ratio)) <= 1


@given(slippages, slippages, ratios, slippages, st.sampled_from(LEGS))
def test_worse_slippage_never_raises_the_score(
    entry: Decimal, leaving: Decimal, fill_ratio: Decimal, other: Decimal, leg: str
) -> None:
    quality = traded(entry, leaving, fill_ratio)
    worse = max(other, getattr(quality, leg))

    assert score(quality.model_copy(update={leg: worse})) <= score(quality)


@given(slippages, slippages, ratios, ratios)
def test_a_higher_fill_ratio_never_lowers_the_score(
    entry: Decimal, leaving: Decimal, one: Decimal, other: Decimal
) -> None:
    less, more = sorted((one, other))

    assert score(traded(entry, leaving, less)) <= score(traded(entry, leaving, more))
