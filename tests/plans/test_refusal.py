"""The refusal's record, and its codes in the documentation."""

from pathlib import Path

import pytest

from trader.plans.fields import read_each
from trader.plans.refusal import PlanRefused, Refusal, RefusalCode, refusal_table

PAGE = Path(__file__).parents[2] / "docs" / "plans.md"


def test_the_page_holds_the_table_of_codes() -> None:
    assert refusal_table() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", RefusalCode)
def test_every_code_has_a_meaning_of_its_own(code: RefusalCode) -> None:
    assert code.meaning.endswith(".")
    assert [other for other in RefusalCode if other.meaning == code.meaning] == [code]


def test_a_refusal_quotes_and_shortens_the_value() -> None:
    refused = PlanRefused(RefusalCode.INVALID_VALUE, "trading_plan.plan_id", "x" * 500, "why")
    assert refused.refusal.value == '"' + "x" * 60 + '..."'
    assert refused.refusal.model_dump(mode="json") == {
        "code": "invalid_value",
        "field": "trading_plan.plan_id",
        "value": '"' + "x" * 60 + '..."',
        "reason": "why",
    }


def test_a_refusal_survives_its_json_form() -> None:
    refusal = PlanRefused(RefusalCode.NAIVE_TIME, "trading_plan.valid_until", "x", "why").refusal
    assert Refusal.model_validate_json(refusal.model_dump_json()) == refusal


def refused(field: str) -> PlanRefused:
    return PlanRefused(RefusalCode.MISSING_FIELD, field, None, "is missing")


def test_what_is_wrong_besides_is_told_once_a_field() -> None:
    others = [refused(field).refusal for field in ("b", "a", "c", "b")]
    assert [refusal.field for refusal in refused("a").with_others(others).refusals] == [
        "a", "b", "c",
    ]  # fmt: skip


def test_every_field_is_read_though_some_are_wrong() -> None:
    def wrong(field: str) -> None:
        raise refused(field)

    with pytest.raises(PlanRefused) as found:
        read_each({"x": lambda: wrong("a"), "y": lambda: 1, "z": lambda: wrong("b")})
    assert [refusal.field for refusal in found.value.refusals] == ["a", "b"]
    assert read_each({"y": lambda: 1, "z": lambda: None}) == {"y": 1, "z": None}
