"""Plan against reality: each expectation beside what came. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

from trader.lifecycle.analysis_events import (
    Comparison,
    ExecutionQuality,
    Judgement,
    Measure,
    Result,
    Unit,
)
from trader.performance import words
from trader.performance.rounding import basis_points
from trader.performance.subject import ZERO
from trader.plans.plan import Plan

PRICE_TOLERANCE = Decimal("0.0001")
"""One basis point of the expected price."""
RESULT_TOLERANCE = Decimal("0.01")
"""One per cent of the expected profit, return or duration."""

_MICROSECOND = timedelta(microseconds=1)

Pairing: TypeAlias = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How a measure is judged: `better` is +1 when more is better, -1 when less is, 0 neither."""

    unit: Unit
    better: int
    tolerance: Decimal


def compare(plan: Plan, quality: ExecutionQuality, result: Result) -> tuple[Comparison, ...]:
    """One comparison for each expectation that the plan gives, in the order of `Measure`."""
    return tuple(_comparisons(plan, quality, result))


def _comparisons(plan: Plan, quality: ExecutionQuality, result: Result) -> Iterator[Comparison]:
    why = _why_unknown(quality, result)
    for measure, (expected, actual) in _pairings(plan, quality, result).items():
        if expected is not None:
            scale = _scale_of(measure, plan.direction.sign)
            yield _comparison(measure, scale, expected, actual, why)


def _pairings(plan: Plan, quality: ExecutionQuality, result: Result) -> dict[Measure, Pairing]:
    expected = plan.expectation
    return {
        Measure.ENTRY_PRICE: (expected.entry_price, quality.entry_price),
        Measure.EXIT_PRICE: (expected.exit_price, quality.exit_price),
        Measure.PROFIT: (expected.profit, result.net),
        Measure.RETURN_FRACTION: (expected.return_fraction, result.return_fraction),
        Measure.DURATION: (_seconds(expected.duration), _seconds(result.held_for)),
    }


def _scale_of(measure: Measure, sign: int) -> _Scale:
    return {
        Measure.ENTRY_PRICE: _Scale(Unit.QUOTE_CURRENCY, -sign, PRICE_TOLERANCE),
        Measure.EXIT_PRICE: _Scale(Unit.QUOTE_CURRENCY, sign, PRICE_TOLERANCE),
        Measure.PROFIT: _Scale(Unit.US_DOLLARS, 1, RESULT_TOLERANCE),
        Measure.RETURN_FRACTION: _Scale(Unit.FRACTION, 1, RESULT_TOLERANCE),
        Measure.DURATION: _Scale(Unit.SECONDS, 0, RESULT_TOLERANCE),
    }[measure]


def _comparison(
    measure: Measure, scale: _Scale, expected: Decimal, actual: Decimal | None, why: str
) -> Comparison:
    tolerance = abs(expected) * scale.tolerance
    difference = None if actual is None else actual - expected
    judgement = _judge(difference, tolerance, scale.better)
    if actual is None:
        sentence = f"expected {_said(measure, expected)}; {why}"
    else:
        verdict = _verdict(measure, judgement, expected, actual)
        sentence = f"expected {_said(measure, expected)}, got {_said(measure, actual)} ({verdict})"
    return Comparison(
        measure=measure,
        expected=expected,
        actual=actual,
        difference=difference,
        tolerance=tolerance,
        unit=scale.unit,
        judgement=judgement,
        sentence=sentence,
    )


def _judge(difference: Decimal | None, tolerance: Decimal, better: int) -> Judgement:
    if difference is None:
        return Judgement.UNKNOWN
    if abs(difference) <= tolerance:
        return Judgement.AS_EXPECTED
    if better == 0:
        return Judgement.DIFFERENT
    return Judgement.BETTER if difference * better > ZERO else Judgement.WORSE


def _said(measure: Measure, value: Decimal) -> str:
    match measure:
        case Measure.ENTRY_PRICE:
            return f"entry at {words.price(value)}"
        case Measure.EXIT_PRICE:
            return f"exit at {words.price(value)}"
        case Measure.PROFIT:
            return words.profit(value)
        case Measure.RETURN_FRACTION:
            return words.gain(value)
        case Measure.DURATION:
            return f"{words.duration(_length(value))} held"


def _verdict(measure: Measure, judgement: Judgement, expected: Decimal, actual: Decimal) -> str:
    if judgement is Judgement.AS_EXPECTED:
        return "as expected"
    return f"{_distance(measure, expected, actual)} {_direction(judgement, expected, actual)}"


def _distance(measure: Measure, expected: Decimal, actual: Decimal) -> str:
    difference = abs(actual - expected)
    match measure:
        case Measure.ENTRY_PRICE | Measure.EXIT_PRICE:
            return f"{words.number(basis_points(difference / expected), 4)} bps"
        case Measure.PROFIT:
            return words.dollars(difference)
        case Measure.RETURN_FRACTION:
            return words.points(difference)
        case Measure.DURATION:
            return words.duration(_length(difference))


def _direction(judgement: Judgement, expected: Decimal, actual: Decimal) -> str:
    if judgement is Judgement.DIFFERENT:
        return "longer" if actual > expected else "shorter"
    return str(judgement)


def _why_unknown(quality: ExecutionQuality, result: Result) -> str:
    if quality.entry_price is None:
        return "nothing traded"
    return f"{result.left_open} of the position was not closed by the plan's own orders"


def _seconds(length: timedelta | None) -> Decimal | None:
    return None if length is None else Decimal(length // _MICROSECOND).scaleb(-6)


def _length(seconds: Decimal) -> timedelta:
    return int(seconds.scaleb(6)) * _MICROSECOND
