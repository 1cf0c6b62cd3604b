"""Judging only the conditions that a movement touches tells as much as judging all of them."""

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conditions.strategies import NOW, conditions, prices, sources
from trader.conditions.condition import (
    All,
    BreakoutAbove,
    Condition,
    Immediately,
    Not,
    PriceAbove,
    PriceBelow,
)
from trader.conditions.evaluation import Verdict, evaluate
from trader.conditions.levels import LevelIndex
from trader.venues.quote import PriceSource, Quote

MID = ("BTC", PriceSource.MID)
BID = ("BTC", PriceSource.BID)


def above(level: int, source: PriceSource = PriceSource.MID) -> PriceAbove:
    return PriceAbove(level=Decimal(level), source=source)


@pytest.mark.parametrize(
    ("before", "after", "touched"),
    [
        (10, 19, set()),
        (10, 20, {"a"}),
        (20, 21, {"a"}),
        (20, 19, {"a"}),
        (21, 10, {"a"}),
        (10, 100, {"a", "b", "c"}),
        (100, 25, {"b", "c"}),
        (30, 30, set()),
        (None, 10, {"a", "b", "c"}),
        (10, None, {"a", "b", "c"}),
        (None, None, set()),
    ],
)
def test_a_movement_touches_the_levels_that_it_comes_to_leaves_or_passes(
    before: int | None, after: int | None, touched: set[str]
) -> None:
    index = LevelIndex()
    for key, level in (("a", 20), ("b", 30), ("c", 40)):
        index.put(key, "BTC", above(level))
    moved = [None if price is None else Decimal(price) for price in (before, after)]
    assert index.touched(MID, *moved) == touched


def test_a_movement_touches_its_own_symbol_and_source_only() -> None:
    index = LevelIndex()
    index.put("mid", "BTC", above(20))
    index.put("bid", "BTC", above(20, PriceSource.BID))
    index.put("other", "ETH", above(20))
    assert index.touched(BID, Decimal(10), Decimal(30)) == {"bid"}
    assert index.touched(MID, Decimal(10), Decimal(30)) == {"mid"}


def test_every_leg_counts_wherever_it_stands() -> None:
    index = LevelIndex()
    nested = All(
        conditions=(Not(condition=PriceBelow(level=Decimal(20))), above(40, PriceSource.BID))
    )
    index.put("a", "BTC", nested)
    assert index.touched(MID, Decimal(19), Decimal(21)) == {"a"}
    assert index.touched(BID, Decimal(39), Decimal(41)) == {"a"}
    assert index.touched(MID, Decimal(39), Decimal(41)) == set()


def test_what_is_put_anew_or_dropped_leaves_nothing_behind() -> None:
    index = LevelIndex()
    index.put("a", "BTC", above(20))
    index.put("a", "BTC", above(30, PriceSource.BID))
    assert (index.watches(MID), index.watches(BID)) == (False, True)
    assert index.touched(MID, Decimal(10), Decimal(50)) == set()
    index.drop("a")
    index.drop("a")
    assert not index.watches(BID)


def test_a_plan_that_does_not_wait_has_no_levels() -> None:
    index = LevelIndex()
    index.put("a", "BTC", Immediately())
    assert index.touched(MID, None, Decimal(1)) == set()


@dataclass
class Judge:
    """A plan's verdict, kept by evaluating now and then."""

    condition: Condition
    armed: frozenset[str] = frozenset()
    verdict: Verdict | None = None
    evaluations: int = field(default=0)

    def look(self, quote: Quote) -> None:
        found = evaluate(self.condition, quote, self.armed, NOW, timedelta(seconds=1))
        self.armed |= found.newly_armed
        self.verdict = found.verdict
        self.evaluations += 1


TICKS = st.lists(st.dictionaries(sources, prices, min_size=1), min_size=1, max_size=12)


@given(st.lists(conditions, min_size=1, max_size=6), TICKS)
def test_event_driven_judging_is_polled_judging(
    waiting: list[Condition], ticks: list[dict[PriceSource, Decimal | None]]
) -> None:
    """At each tick each plan's verdict, and what is armed, are as if every plan were judged."""
    index = LevelIndex()
    seen: dict[PriceSource, Decimal | None] = defaultdict(lambda: None)
    polled = [Judge(condition) for condition in waiting]
    driven = [Judge(condition) for condition in waiting]
    start = Quote(symbol="BTC", observed_at=NOW)
    for position, (one, other) in enumerate(zip(polled, driven, strict=True)):
        index.put(str(position), "BTC", one.condition)
        one.look(start)
        other.look(start)
    for tick in ticks:
        touched: set[str] = set()
        for source, price in tick.items():
            touched |= index.touched(("BTC", source), seen[source], price)
            seen[source] = price
        quote = Quote(symbol="BTC", observed_at=NOW, **{str(s): p for s, p in seen.items()})
        for judge in polled:
            judge.look(quote)
        for position in map(int, touched):
            driven[position].look(quote)
        assert [j.verdict for j in driven] == [j.verdict for j in polled]
        assert [j.armed for j in driven] == [j.armed for j in polled]


def test_a_tick_does_not_look_at_the_plans_that_it_does_not_touch() -> None:
    """The work of a tick, counted in calls of Python functions, does not grow with the plans."""
    assert calls_of_a_tick(plans=200) == calls_of_a_tick(plans=20_000)


def calls_of_a_tick(plans: int) -> int:
    index = LevelIndex()
    for number in range(plans):
        index.put(str(number), "BTC", BreakoutAbove(level=Decimal(1000 + number)))
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        hits = index.touched(MID, Decimal("1099.5"), Decimal("1100.5"))
    finally:
        sys.setprofile(None)
    assert hits == {"100"}
    return calls
