"""The documentation's examples are what they claim to be."""

import json
import re
from pathlib import Path

import pytest

from tests.plans.examples import plan_of
from trader.conditions.parsing import MAX_DEPTH, MAX_LEGS, UNCHECKED_REQUIREMENTS, parse_condition
from trader.plans import execution_params, trading_plan
from trader.plans.plan import Plan

DOCS = Path(__file__).parents[2] / "docs"
PLANS = (DOCS / "plans.md").read_text(encoding="utf-8")
CONDITIONS = (DOCS / "conditions.md").read_text(encoding="utf-8")


def examples(page: str) -> list[str]:
    return re.findall(r"```json\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("example", examples(PLANS))
def test_every_plan_is_read(example: str) -> None:
    assert plan_of(json.loads(example)).plan_id


@pytest.mark.parametrize("example", examples(CONDITIONS))
def test_every_condition_is_read(example: str) -> None:
    parse_condition(json.loads(example))


def test_there_are_examples() -> None:
    assert (len(examples(PLANS)), len(examples(CONDITIONS))) == (2, 8)


@pytest.mark.parametrize(
    "field",
    sorted(
        {*Plan.model_fields}
        | trading_plan.EXECUTED_FIELDS
        | trading_plan.INFORMATIONAL_FIELDS
        | execution_params.FIELDS
    ),
)
def test_every_field_is_explained(field: str) -> None:
    rows = [line for line in PLANS.splitlines() if line.startswith("|")]
    assert any(f"`{field}`" in row.split("|")[1] for row in rows)


def test_the_limits_of_a_condition_are_named() -> None:
    limits = f"at most\n{MAX_LEGS} legs and {MAX_DEPTH} levels"
    assert limits in CONDITIONS
    assert all(f"`{name}`" in CONDITIONS for name in UNCHECKED_REQUIREMENTS)
