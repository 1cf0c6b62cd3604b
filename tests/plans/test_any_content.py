"""Whatever somebody writes, it is read or refused: nothing raises."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plans.examples import (
    INSTRUMENTS,
    NATIVE,
    NOW,
    TRADING_PLAN,
    changed,
    read,
    strand,
)
from trader.plans.intake import read_plan
from trader.plans.plan import (
    Plan,
)
from trader.plans.refusal import Refusal

keys = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["approval_status", "trading_plan", *TRADING_PLAN, *NATIVE, "type", "value"]),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["approved", "BTC", "long", "above 1", "1h", "NaN", "9999-12-31T23:59:59Z"]),
)
json_values = st.recursive(
    scalars,
    lambda parts: st.one_of(st.lists(parts, max_size=4), st.dictionaries(keys, parts, max_size=6)),
    max_leaves=15,
)


def check_answer(found: Plan | Refusal) -> None:
    assert isinstance(found, Plan | Refusal)
    found.model_dump_json().encode()


@given(st.dictionaries(keys, json_values))
def test_any_content_is_read_or_refused(content: dict[str, Any]) -> None:
    check_answer(read_plan(replace(strand({}), content=content), INSTRUMENTS, NOW))


@given(json_values)
def test_any_approved_content_is_read_or_refused(content: object) -> None:
    check_answer(read(content))


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    return found


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """A valid plan in which some values were replaced, removed or added."""
    plan: dict[str, Any] = deepcopy(draw(st.sampled_from([TRADING_PLAN, NATIVE])))
    for _ in range(draw(st.integers(1, 3))):
        *parents, key = draw(st.sampled_from(places(plan) or [("plan_id",)]))
        inner: Any = plan
        for parent in parents:
            inner = inner[parent]
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                inner[key] = draw(json_values)
            case "remove":
                del inner[key]
            case "add":
                inner[draw(keys)] = draw(json_values)
    return plan


@given(mutations())
def test_any_mutation_is_read_or_refused(trading_plan: dict[str, Any]) -> None:
    check_answer(read(trading_plan))


@pytest.mark.parametrize("field", sorted(TRADING_PLAN))
@pytest.mark.parametrize("number", [10**400, -(10**400), 1e308, 5e-324, 10**16, 10**15 + 0.5])
def test_numbers_beyond_all_measure(field: str, number: float) -> None:
    check_answer(read(changed(TRADING_PLAN, **{field: number})))


def test_content_of_any_depth_is_refused() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"not": deep}
    for field in ("entry_conditions", "moon", "plan_id", "market_context"):
        check_answer(read(changed(TRADING_PLAN, **{field: deep})))
