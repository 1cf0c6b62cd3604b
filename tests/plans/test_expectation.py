"""Expectations in words and in fields."""

from datetime import timedelta

import pytest

from tests.plans.examples import TRADING_PLAN, changed, dec, plan_of, refusal_of
from trader.plans.expectation import outcome
from trader.plans.plan import Expectation
from trader.plans.refusal import PlanRefused, RefusalCode


@pytest.mark.parametrize(
    ("words", "fraction", "span"),
    [
        ("2% gain in 4 hours", "0.02", timedelta(hours=4)),
        ("1.5% gain in 2 hours", "0.015", timedelta(hours=2)),
        ("2 % Gain within 30 minutes", "0.02", timedelta(minutes=30)),
        ("3% profit", "0.03", None),
        ("1% loss in 1 day", "-0.01", timedelta(days=1)),
        ("-1% return", "-0.01", None),
    ],
)
def test_outcome(words: str, fraction: str, span: timedelta | None) -> None:
    assert outcome(words, "e") == Expectation(return_fraction=dec(fraction), duration=span)


@pytest.mark.parametrize(
    "words", ["up", "2 gain", "2% gain in 4", "2% gain in 4 moons", "%", 2, []]
)
def test_no_outcome(words: object) -> None:
    with pytest.raises(PlanRefused) as refused:
        outcome(words, "e")
    assert refused.value.refusal.code is RefusalCode.INVALID_VALUE


def test_the_decision_makers_fields() -> None:
    plan = plan_of(
        changed(
            TRADING_PLAN,
            expected_pnl=120.5,
            expected_pnl_percentage=2.5,
            expected_duration=7200,
            expected_entry_price=30010,
            expected_exit_price=30900,
        )
    )
    assert plan.expectation == Expectation(
        entry_price=dec("30010"),
        exit_price=dec("30900"),
        profit=dec("120.5"),
        return_fraction=dec("0.025"),
        duration=timedelta(hours=2),
    )


def test_words_fill_what_the_fields_leave_open() -> None:
    plan = plan_of(changed(TRADING_PLAN, expected_pnl_percentage=0))
    assert plan.expectation == Expectation(
        entry_price=dec("30000"), return_fraction=dec("0"), duration=timedelta(hours=4)
    )


@pytest.mark.parametrize("field", ["expected_pnl", "expected_pnl_percentage", "expected_duration"])
def test_a_metric_that_failed_became_zero(field: str) -> None:
    refusal = refusal_of(changed(TRADING_PLAN, **{field: "n/a"}))
    assert (refusal.code, refusal.field) == (RefusalCode.NOT_A_NUMBER, f"trading_plan.{field}")
