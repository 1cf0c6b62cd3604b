"""Every known way of writing a condition, and every way of getting it wrong."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conditions.strategies import conditions, levelled
from trader.conditions.condition import (
    All,
    AnyOf,
    BreakoutAbove,
    BreakoutBelow,
    Condition,
    Immediately,
    Not,
    PriceAbove,
    PriceBelow,
)
from trader.conditions.describing import describe
from trader.conditions.parsing import (
    MAX_DEPTH,
    MAX_LEGS,
    UNCHECKED_REQUIREMENTS,
    parse_condition,
)
from trader.conditions.unparseable import UnparseableCondition
from trader.venues.quote import PriceSource

L30 = Decimal(30000)
L31 = Decimal(31000)
ABOVE = PriceAbove(level=L30)
BELOW = PriceBelow(level=L31)
BREAKOUT = BreakoutAbove(level=L30)


@pytest.mark.parametrize(
    ("phrase", "condition"),
    [
        ("breakout_above_30000", BREAKOUT),
        ("breakout above 30000", BREAKOUT),
        ("breakout_below_30000", BreakoutBelow(level=L30)),
        ("price_breaks_above_30000", BREAKOUT),
        ("price breaks out above 30000", BREAKOUT),
        ("breaks below 0.05", BreakoutBelow(level=Decimal("0.05"))),
        ("price_above_30000", ABOVE),
        ("price above 30000.00", ABOVE),
        ("  Above  30000 ", ABOVE),
        ("below 31000", BELOW),
        ("mark_below_31000", PriceBelow(level=L31, source=PriceSource.MARK)),
        ("bid breakout above 30000", BreakoutAbove(level=L30, source=PriceSource.BID)),
        ("immediately", Immediately()),
    ],
)
def test_phrases(phrase: str, condition: Condition) -> None:
    assert parse_condition(phrase) == condition


@pytest.mark.parametrize(
    ("phrase", "problem"),
    [
        ("", "expected above or below at character 1, found the end"),
        ("moon", 'expected above or below at character 1, found "moon"'),
        ("breakout_over_30000", 'expected above or below at character 10, found "over"'),
        ("breakout_above", "expected a price at character 15, found the end"),
        ("price above ", "expected a price at character 13, found the end"),
        ("above 30_000", 'expected the end at character 10, found "000"'),
        ("above 30,000", 'expected a price at character 7, found "30,000"'),
        ("above NaN", 'expected a price at character 7, found "NaN"'),
        ("above 0", 'expected a price above 0 at character 7, found "0"'),
        ("above -5", 'expected a price above 0 at character 7, found "-5"'),
        ("above 30000 usd", 'expected the end at character 13, found "usd"'),
        ("2%_below_entry", 'expected above or below at character 1, found "2%"'),
        ("immediately above 3", 'expected the end at character 13, found "above"'),
        ("above " * 100, "is longer than 200 characters"),
    ],
)
def test_phrases_that_are_refused(phrase: str, problem: str) -> None:
    with pytest.raises(UnparseableCondition) as refused:
        parse_condition(phrase, "plan.entry")
    assert (refused.value.path, refused.value.problem) == ("plan.entry", problem)


@pytest.mark.parametrize(
    ("raw", "condition"),
    [
        ({"price_above": 30000, "price_below": 31000}, All(conditions=(ABOVE, BELOW))),
        ({"price_above": 30000, "price_below": None}, ABOVE),
        ({"price_above": "30000"}, ABOVE),
        ({"price_above": 30000.0}, ABOVE),
        ({"price_above": 0.1}, PriceAbove(level=Decimal("0.1"))),
        (
            {"price_below": {"level": "31000", "source": "ask"}},
            PriceBelow(level=L31, source=PriceSource.ASK),
        ),
        ({"price_above": 30000, "volume_confirmation": False}, ABOVE),
        ({"price_above": 30000, "pattern_confirmation": None}, ABOVE),
        ({"breakout_above": 30000}, BREAKOUT),
        ({"price_breakout": {"threshold": 30000, "direction": "above"}}, BREAKOUT),
        (
            {"price_breakout": {"threshold": "30000", "direction": "below"}, "time_based": None},
            BreakoutBelow(level=L30),
        ),
        (["breakout above 30000", {"price_below": 31000}], All(conditions=(BREAKOUT, BELOW))),
        ({"all": ["above 30000", "below 31000"]}, All(conditions=(ABOVE, BELOW))),
        (
            {"any": ["above 30000", {"not": "above 31000"}]},
            AnyOf(conditions=(ABOVE, Not(condition=PriceAbove(level=L31)))),
        ),
        ({"not": {"all": [{"price_above": 30000}]}}, Not(condition=All(conditions=(ABOVE,)))),
        ({"type": "price_above", "level": "30000"}, ABOVE),
        (
            {"type": "breakout_above", "level": 30000, "source": "mark"},
            BreakoutAbove(level=L30, source=PriceSource.MARK),
        ),
        ({"type": "all", "conditions": ["above 30000"]}, All(conditions=(ABOVE,))),
        ({"type": "not", "condition": "above 30000"}, Not(condition=ABOVE)),
        ({"type": "immediately"}, Immediately()),
    ],
)
def test_structures(raw: object, condition: Condition) -> None:
    assert parse_condition(raw) == condition


@pytest.mark.parametrize(
    ("raw", "path", "problem"),
    [
        (None, "e", "is not a condition"),
        (30000, "e", "is not a condition"),
        (True, "e", "is not a condition"),
        ({}, "e", "requires nothing"),
        ([], "e", "is not a list of at least one condition"),
        ({"price_above": None, "volume_confirmation": False}, "e", "requires nothing"),
        ({"price_above": {}}, "e.price_above", "lacks level"),
        ({"price_above": {"level": None}}, "e.price_above", "lacks level"),
        ({"price_above": 0}, "e.price_above", "must be above 0"),
        ({"price_above": -1}, "e.price_above", "must be above 0"),
        ({"price_above": ""}, "e.price_above", "is not a number"),
        ({"price_above": False}, "e.price_above", "is a truth value"),
        ({"price_above": float("nan")}, "e.price_above", "is not a finite number"),
        ({"price_above": [30000]}, "e.price_above", "is not a number"),
        ({"price_above": {"level": 3, "size": 1}}, "e.price_above.size", "is unknown here"),
        ({"price_above": 30000, "moon": None}, "e.moon", "is not a known requirement"),
        ({"price_above": 30000, 7: 8}, "e.7", "is not a known requirement"),
        ({"volume_confirmation": True}, "e.volume_confirmation", "cannot be checked"),
        ({"volume_confirmation": 0}, "e.volume_confirmation", "cannot be checked"),
        ({"confidence_threshold": 0.7}, "e.confidence_threshold", "cannot be checked"),
        ({"volume_spike": {"multiplier": 2}}, "e.volume_spike", "cannot be checked"),
        ({"price_breakout": 30000}, "e.price_breakout", "needs threshold and direction"),
        ({"price_breakout": {"direction": "above"}}, "e.price_breakout", "lacks threshold"),
        ({"price_breakout": {"threshold": 30000}}, "e.price_breakout", "lacks direction"),
        (
            {"price_breakout": {"threshold": 30000, "direction": "up"}},
            "e.price_breakout.direction",
            "is neither above nor below",
        ),
        (
            {"price_breakout": {"threshold": 3, "direction": "above", "for": "5m"}},
            "e.price_breakout.for",
            "is unknown here",
        ),
        ({"type": "volume_above", "level": 3}, "e.type", "is not a type of condition"),
        ({"type": ["all"], "level": 3}, "e.type", "is not a type of condition"),
        ({"type": "price_above"}, "e", "lacks level"),
        ({"type": "price_above", "level": 3, "for": 5}, "e.for", "is unknown here"),
        ({"type": "price_above", "level": 3, "source": "last"}, "e.source", "not a price source"),
        ({"type": "all", "conditions": []}, "e.conditions", "is not a list of at least one"),
        ({"type": "any"}, "e", "lacks conditions"),
        ({"type": "not"}, "e", "lacks condition"),
        ({"type": "immediately", "after": 5}, "e.after", "is unknown here"),
        ({"all": ["above 30000"], "price_below": 3}, "e", "must stand alone"),
        ({"all": []}, "e.all", "is not a list of at least one condition"),
        ({"any": "above 3"}, "e.any", "is not a list of at least one condition"),
        ({"not": None}, "e.not", "is not a condition"),
        ({"all": ["above 3", {"not": {"moon": 1}}]}, "e.all[1].not.moon", "not a known"),
    ],
)
def test_structures_that_are_refused(raw: object, path: str, problem: str) -> None:
    with pytest.raises(UnparseableCondition) as refused:
        parse_condition(raw, "e")
    assert refused.value.path == path
    assert problem in refused.value.problem


@pytest.mark.parametrize("name", sorted(UNCHECKED_REQUIREMENTS))
@pytest.mark.parametrize("value", [True, 1, 0, "", "yes", {}, []])
def test_an_unknown_condition_passed_and_an_order_was_placed(name: str, value: object) -> None:
    with pytest.raises(UnparseableCondition, match="cannot be checked"):
        parse_condition({"price_above": 30000, name: value})


@pytest.mark.parametrize("missing", [None, "", {}, 0, "0", False, float("nan")])
def test_a_missing_threshold_read_as_zero_and_passed(missing: object) -> None:
    for raw in (
        {"price_above": missing},
        {"type": "price_above", "level": missing},
        {"price_breakout": {"threshold": missing, "direction": "above"}},
    ):
        with pytest.raises(UnparseableCondition):
            parse_condition(raw)


def test_the_error_says_what_is_understood() -> None:
    with pytest.raises(UnparseableCondition) as refused:
        parse_condition("moon", "plan.entry")
    message = str(refused.value)
    assert message.startswith('plan.entry: expected above or below at character 1, found "moon"; ')
    assert '; was "moon". Understood: phrases such as "breakout above 30000"' in message


def nested(depth: int) -> Any:
    raw: Any = "above 1"
    for _ in range(depth):
        raw = {"not": raw}
    return raw


def test_depth_is_limited() -> None:
    parse_condition(nested(MAX_DEPTH - 1))
    for depth in (MAX_DEPTH, 5000):
        with pytest.raises(UnparseableCondition, match="nested deeper than"):
            parse_condition(nested(depth))


def test_legs_are_limited() -> None:
    parse_condition(["above 1"] * MAX_LEGS)
    with pytest.raises(UnparseableCondition, match="has 51 legs"):
        parse_condition(["above 1"] * (MAX_LEGS + 1))


@given(conditions)
def test_the_stored_form_is_read_back(condition: Condition) -> None:
    assert parse_condition(condition.model_dump(mode="json")) == condition


@given(levelled)
def test_a_description_of_a_leg_is_read_back(condition: Condition) -> None:
    assert parse_condition(describe(condition)) == condition


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda parts: st.one_of(
        st.lists(parts, max_size=4),
        st.dictionaries(
            st.one_of(
                st.text(max_size=5), st.sampled_from(["type", "all", "any", "not", "price_above"])
            ),
            parts,
            max_size=4,
        ),
    ),
    max_leaves=10,
)


@given(json_values)
def test_any_json_is_read_or_refused(raw: object) -> None:
    try:
        condition = parse_condition(raw)
    except UnparseableCondition:
        return
    assert parse_condition(condition.model_dump(mode="json")) == condition
