"""Whether a condition holds, in three-valued logic: what is not known never trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from trader.conditions.condition import (
    All,
    AnyOf,
    BreakoutAbove,
    BreakoutBelow,
    Condition,
    PriceCondition,
)
from trader.conditions.figures import figure
from trader.conditions.legs import ROOT, part_key
from trader.venues.quote import PriceSource, Quote

FUTURE_TOLERANCE = timedelta(seconds=1)
"""How far ahead of our clock a quote may be; beyond it, one of the clocks is wrong."""


class Verdict(StrEnum):
    """Kleene's three truth values."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @property
    def opposite(self) -> "Verdict":
        """Not: unknown stays unknown."""
        return {Verdict.TRUE: Verdict.FALSE, Verdict.FALSE: Verdict.TRUE}.get(self, self)


@dataclass(frozen=True, slots=True)
class PriceFact:
    """One price that a verdict rests on."""

    source: PriceSource
    price: Decimal
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A verdict, the sentence that explains it, and what it rests on.

    `newly_armed` holds the keys of the breakout legs that this observation armed: remember
    them, and pass them in `armed` next time. `prices` are the prices looked at, each once.
    """

    verdict: Verdict
    reason: str
    newly_armed: frozenset[str] = frozenset()
    prices: tuple[PriceFact, ...] = ()


@dataclass(frozen=True, slots=True)
class _Observation:
    """What is seen now: a usable quote, or the reason why there is none; and what was armed."""

    quote: Quote | None
    doubt: str
    armed: frozenset[str]


def evaluate(
    condition: Condition,
    quote: Quote | None,
    armed: frozenset[str],
    now: datetime,
    max_age: timedelta,
) -> Evaluation:
    """Evaluate against one quote.

    A quote older than `max_age`, or observed more than FUTURE_TOLERANCE after `now`, counts as
    no quote. `armed` holds the keys (see `legs`) of the breakout legs armed by earlier
    observations. Every leg is looked at, so that each can arm, whatever the others say.
    """
    doubt = _doubt(quote, now, max_age)
    usable = None if doubt else quote
    return _evaluate(condition, ROOT, _Observation(usable, doubt, armed))


def _doubt(quote: Quote | None, now: datetime, max_age: timedelta) -> str:
    """Why the quote cannot be used; empty when it can."""
    if quote is None:
        return "there is no quote"
    age = now - quote.observed_at
    if age > max_age:
        return (
            f"the quote is stale: {age.total_seconds():g} s old, "
            f"at most {max_age.total_seconds():g} s are allowed"
        )
    if age < -FUTURE_TOLERANCE:
        return f"the quote is {-age.total_seconds():g} s ahead of our clock"
    return ""


def _evaluate(condition: Condition, key: str, seen: _Observation) -> Evaluation:
    # Compares tags: instance checks of pydantic models cost as much as the evaluation itself.
    if condition.type == "immediately":
        return Evaluation(Verdict.TRUE, "the plan does not wait")
    if condition.type == "all":
        return _join(_parts(condition, key, seen), decisive=Verdict.FALSE)
    if condition.type == "any":
        return _join(_parts(condition, key, seen), decisive=Verdict.TRUE)
    if condition.type == "not":
        part = _evaluate(condition.condition, part_key(key, 0), seen)
        return Evaluation(part.verdict.opposite, part.reason, part.newly_armed, part.prices)
    return _evaluate_leg(condition, key, seen)


def _parts(condition: All | AnyOf, key: str, seen: _Observation) -> list[Evaluation]:
    return [
        _evaluate(part, part_key(key, position), seen)
        for position, part in enumerate(condition.conditions)
    ]


def _join(parts: Sequence[Evaluation], decisive: Verdict) -> Evaluation:
    """All and any: the decisive verdict wins, then unknown; else all agree on the opposite."""
    verdicts = {part.verdict for part in parts}
    order = (decisive, Verdict.UNKNOWN, decisive.opposite)
    verdict = next(candidate for candidate in order if candidate in verdicts)
    reasons = dict.fromkeys(part.reason for part in parts if part.verdict is verdict)
    return Evaluation(
        verdict,
        " and ".join(reasons),
        frozenset().union(*(part.newly_armed for part in parts)),
        tuple(dict.fromkeys(fact for part in parts for fact in part.prices)),
    )


def _evaluate_leg(leg: PriceCondition, key: str, seen: _Observation) -> Evaluation:
    if seen.quote is None:
        return Evaluation(Verdict.UNKNOWN, seen.doubt)
    price = seen.quote.price(leg.source)
    if price is None:
        return Evaluation(Verdict.UNKNOWN, f"the quote has no {leg.source}")
    facts = (PriceFact(leg.source, price, seen.quote.observed_at),)
    if leg.type == "breakout_above" or leg.type == "breakout_below":
        return _evaluate_breakout(leg, key, price, facts, key in seen.armed)
    verdict = Verdict.TRUE if _is_beyond(leg, price) else Verdict.FALSE
    return Evaluation(verdict, _comparison(leg, price), prices=facts)


def _evaluate_breakout(
    leg: BreakoutAbove | BreakoutBelow,
    key: str,
    price: Decimal,
    facts: tuple[PriceFact, ...],
    is_armed: bool,
) -> Evaluation:
    """A price on the near side arms, one beyond it fires; no price can be both."""
    compared = _comparison(leg, price)
    if not _is_beyond(leg, price):
        newly_armed = frozenset() if is_armed else frozenset({key})
        return Evaluation(Verdict.FALSE, compared, newly_armed, facts)
    if is_armed:
        return Evaluation(Verdict.TRUE, f"{compared}, a breakout", prices=facts)
    near_side = "below" if leg.type == "breakout_above" else "above"
    reason = f"{compared}, but was not seen at or {near_side} it before"
    return Evaluation(Verdict.UNKNOWN, reason, prices=facts)


def _looks_above(leg: PriceCondition) -> bool:
    return leg.type in ("price_above", "breakout_above")


def _is_beyond(leg: PriceCondition, price: Decimal) -> bool:
    return price > leg.level if _looks_above(leg) else price < leg.level


def _comparison(leg: PriceCondition, price: Decimal) -> str:
    side = "above" if _looks_above(leg) else "below"
    relation = side if _is_beyond(leg, price) else f"not {side}"
    return f"{leg.source} {figure(price)} is {relation} {figure(leg.level)}"
