"""Verdicts as tables, and the laws of the logic as properties."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conditions.strategies import NOW, conditions, quotes
from trader.conditions.condition import BreakoutAbove, BreakoutBelow, Condition, Not
from trader.conditions.evaluation import FUTURE_TOLERANCE, Evaluation, PriceFact, Verdict, evaluate
from trader.conditions.legs import legs
from trader.conditions.parsing import parse_condition
from trader.venues.quote import PriceSource, Quote

MAX_AGE = timedelta(seconds=10)
NONE_ARMED: frozenset[str] = frozenset()
TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN


def quote(age: timedelta = timedelta(0), **prices: str) -> Quote:
    return Quote.model_validate({"symbol": "BTC", "observed_at": NOW - age, **prices})


def judge(raw: object, seen: Quote | None, armed: frozenset[str] = NONE_ARMED) -> Evaluation:
    return evaluate(parse_condition(raw), seen, armed, NOW, MAX_AGE)


@pytest.mark.parametrize(
    ("raw", "mid", "verdict", "reason"),
    [
        ("above 30000", "29950", FALSE, "mid 29950 is not above 30000"),
        ("above 30000", "30000", FALSE, "mid 30000 is not above 30000"),
        ("above 30000", "30000.5", TRUE, "mid 30000.5 is above 30000"),
        ("below 30000", "30000", FALSE, "mid 30000 is not below 30000"),
        ("below 30000", "29999.9", TRUE, "mid 29999.9 is below 30000"),
        ({"not": "above 30000"}, "29950", TRUE, "mid 29950 is not above 30000"),
        (["above 1", "below 9"], "5", TRUE, "mid 5 is above 1 and mid 5 is below 9"),
        (["above 1", "below 9", "above 6"], "5", FALSE, "mid 5 is not above 6"),
        (
            {"any": ["below 1", "above 9"]},
            "5",
            FALSE,
            "mid 5 is not below 1 and mid 5 is not above 9",
        ),
        ({"any": ["below 1", "above 4"]}, "5", TRUE, "mid 5 is above 4"),
        (["above 1", "mark above 1"], "5", UNKNOWN, "the quote has no mark"),
        (["above 9", "mark above 1"], "5", FALSE, "mid 5 is not above 9"),
        ({"any": ["above 1", "mark above 1"]}, "5", TRUE, "mid 5 is above 1"),
        ({"any": ["above 9", "mark above 1"]}, "5", UNKNOWN, "the quote has no mark"),
        ({"not": "mark above 1"}, "5", UNKNOWN, "the quote has no mark"),
    ],
)
def test_verdict_and_reason(raw: object, mid: str, verdict: Verdict, reason: str) -> None:
    found = judge(raw, quote(mid=mid))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("source", "price"),
    [
        (PriceSource.MID, "1"),
        (PriceSource.MARK, "2"),
        (PriceSource.BID, "3"),
        (PriceSource.ASK, "4"),
    ],
)
def test_each_source_is_the_one_that_is_compared(source: PriceSource, price: str) -> None:
    found = judge(f"{source} above 0.5", quote(mid="1", mark="2", bid="3", ask="4"))
    assert found.reason == f"{source} {price} is above 0.5"
    assert found.prices == (PriceFact(source, Decimal(price), NOW),)


def test_every_price_is_reported_once() -> None:
    found = judge(["above 1", "below 9", "mark above 1"], quote(mid="5", mark="6"))
    assert found.prices == (
        PriceFact(PriceSource.MID, Decimal(5), NOW),
        PriceFact(PriceSource.MARK, Decimal(6), NOW),
    )


MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("age", "verdict", "reason"),
    [
        (timedelta(0), TRUE, "mid 5 is above 1"),
        (MAX_AGE, TRUE, "mid 5 is above 1"),
        (-FUTURE_TOLERANCE, TRUE, "mid 5 is above 1"),
        (
            MAX_AGE + MILLISECOND,
            UNKNOWN,
            "the quote is stale: 10.001 s old, at most 10 s are allowed",
        ),
        (-FUTURE_TOLERANCE - MILLISECOND, UNKNOWN, "the quote is 1.001 s ahead of our clock"),
    ],
)
def test_the_age_of_the_quote(age: timedelta, verdict: Verdict, reason: str) -> None:
    found = judge("above 1", quote(age, mid="5"))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_without_a_quote_a_price_is_unknown() -> None:
    assert judge("above 1", None) == Evaluation(UNKNOWN, "there is no quote")


def test_immediately_needs_no_quote() -> None:
    assert judge("immediately", None) == Evaluation(TRUE, "the plan does not wait")


@pytest.mark.parametrize(
    ("raw", "mid", "is_armed", "verdict", "arms", "reason"),
    [
        ("breakout above 5", "4", False, FALSE, True, "mid 4 is not above 5"),
        ("breakout above 5", "5", False, FALSE, True, "mid 5 is not above 5"),
        ("breakout above 5", "4", True, FALSE, False, "mid 4 is not above 5"),
        ("breakout above 5", "6", True, TRUE, False, "mid 6 is above 5, a breakout"),
        (
            "breakout above 5",
            "6",
            False,
            UNKNOWN,
            False,
            "mid 6 is above 5, but was not seen at or below it before",
        ),
        ("breakout below 5", "6", False, FALSE, True, "mid 6 is not below 5"),
        ("breakout below 5", "5", False, FALSE, True, "mid 5 is not below 5"),
        ("breakout below 5", "4", True, TRUE, False, "mid 4 is below 5, a breakout"),
        (
            "breakout below 5",
            "4",
            False,
            UNKNOWN,
            False,
            "mid 4 is below 5, but was not seen at or above it before",
        ),
    ],
)
def test_breakouts(
    raw: str, mid: str, is_armed: bool, verdict: Verdict, arms: bool, reason: str
) -> None:
    found = judge(raw, quote(mid=mid), frozenset({"0"}) if is_armed else NONE_ARMED)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.newly_armed == (frozenset({"0"}) if arms else NONE_ARMED)


@pytest.mark.parametrize(
    ("mid", "is_armed", "verdict"),
    [("4", False, TRUE), ("6", False, UNKNOWN), ("6", True, FALSE), ("4", True, TRUE)],
)
def test_a_breakout_inside_not(mid: str, is_armed: bool, verdict: Verdict) -> None:
    armed = frozenset({"0.0"}) if is_armed else NONE_ARMED
    found = judge({"not": "breakout above 5"}, quote(mid=mid), armed)
    assert found.verdict is verdict
    assert found.newly_armed == (frozenset({"0.0"}) if mid == "4" and not is_armed else NONE_ARMED)


def test_every_breakout_arms_whatever_its_neighbours_say() -> None:
    raw = [{"any": ["above 1", "breakout above 7"]}, "above 9", {"not": "breakout below 2"}]
    found = judge(raw, quote(mid="5"))
    assert found.verdict is FALSE
    assert found.newly_armed == {"0.0.1", "0.2.0"}


@pytest.mark.parametrize("seen", [None, quote(MAX_AGE * 2, mid="4"), quote(mark="4")])
def test_without_a_usable_price_nothing_arms(seen: Quote | None) -> None:
    found = judge("breakout above 5", seen)
    assert (found.verdict, found.newly_armed, found.prices) == (UNKNOWN, frozenset(), ())


def test_a_waiting_breakout_from_first_sight_to_trigger() -> None:
    armed = NONE_ARMED
    verdicts = []
    for mid in ("31000", "30500", "29950", "30000", "30001"):
        found = judge("breakout_above_30000", quote(mid=mid), armed)
        armed |= found.newly_armed
        verdicts.append(found.verdict)
    assert verdicts == [UNKNOWN, UNKNOWN, FALSE, FALSE, TRUE]


def all_keys(condition: Condition) -> frozenset[str]:
    return frozenset(key for key, _ in legs(condition))


@st.composite
def armed_conditions(draw: st.DrawFn) -> tuple[Condition, frozenset[str]]:
    condition = draw(conditions)
    return condition, draw(st.frozensets(st.sampled_from(sorted(all_keys(condition)))))


@given(armed_conditions(), quotes)
def test_only_unarmed_breakouts_become_armed(
    given_condition: tuple[Condition, frozenset[str]], seen: Quote | None
) -> None:
    condition, armed = given_condition
    found = evaluate(condition, seen, armed, NOW, MAX_AGE)
    breakouts = {
        key for key, leg in legs(condition) if isinstance(leg, BreakoutAbove | BreakoutBelow)
    }
    assert found.newly_armed <= breakouts - armed


@given(armed_conditions(), quotes)
def test_one_observation_cannot_both_arm_and_fire(
    given_condition: tuple[Condition, frozenset[str]], seen: Quote | None
) -> None:
    condition, armed = given_condition
    first = evaluate(condition, seen, armed, NOW, MAX_AGE)
    again = evaluate(condition, seen, armed | first.newly_armed, NOW, MAX_AGE)
    assert again.verdict is first.verdict
    assert again.newly_armed == frozenset()


@given(armed_conditions(), quotes)
def test_not_is_the_opposite(
    given_condition: tuple[Condition, frozenset[str]], seen: Quote | None
) -> None:
    condition, armed = given_condition
    inside = frozenset(f"0.{key}" for key in armed)
    found = evaluate(condition, seen, armed, NOW, MAX_AGE)
    negated = evaluate(Not(condition=condition), seen, inside, NOW, MAX_AGE)
    assert negated.verdict is found.verdict.opposite


@given(armed_conditions(), quotes)
def test_knowing_more_never_turns_a_verdict_round(
    given_condition: tuple[Condition, frozenset[str]], seen: Quote | None
) -> None:
    condition, armed = given_condition
    blind = evaluate(condition, None, armed, NOW, MAX_AGE).verdict
    sighted = evaluate(condition, seen, armed, NOW, MAX_AGE).verdict
    assert blind in (UNKNOWN, sighted)


@given(conditions)
def test_every_leg_has_its_own_key(condition: Condition) -> None:
    keys = [key for key, _ in legs(condition)]
    assert len(keys) == len(set(keys))
