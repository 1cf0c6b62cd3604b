"""What the Decision Maker expected: the words and the fields in which it says so."""

import re
from decimal import Decimal
from typing import Final

from trader.conditions.figures import read_figure
from trader.plans.durations import DURATION_WORDS, duration, seconds
from trader.plans.fields import Fields, mapping
from trader.plans.plan import Expectation
from trader.plans.refusal import PlanRefused, RefusalCode
from trader.plans.values import number, positive, text

EXPECTED_FIELDS: Final = frozenset(
    {
        "expected_outcome",
        "expected_pnl",
        "expected_pnl_percentage",
        "expected_duration",
        "expected_entry_price",
        "expected_exit_price",
    }
)
_OUTCOME: Final = re.compile(
    r"(?P<percent>[+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?) ?% (?P<word>gain|profit|return|loss)"
    rf"(?: (?:in|within) (?P<duration>{DURATION_WORDS}))?"
)
_HUNDRED: Final = Decimal(100)


def outcome(value: object, path: str) -> Expectation:
    """An expectation in words: "2% gain in 4 hours", "1.5% loss". Raises PlanRefused."""
    found = _OUTCOME.fullmatch(text(value, path).lower())
    if found is None:
        reason = 'cannot be read: write it as "2% gain in 4 hours", or leave it out'
        raise PlanRefused(RefusalCode.INVALID_VALUE, path, value, reason)
    percent = read_figure(found["percent"])
    span = found["duration"]
    return Expectation(
        return_fraction=(-percent if found["word"] == "loss" else percent) / _HUNDRED,
        duration=None if span is None else duration(span, path),
    )


def expectation(value: object, path: str) -> Expectation:
    """An expectation as Expectation's own fields, or in words. Raises PlanRefused."""
    if isinstance(value, str):
        return outcome(value, path)
    fields = mapping(value, path)
    fields.refuse_others(Expectation.model_fields)
    return Expectation(
        entry_price=fields.find("entry_price", positive),
        exit_price=fields.find("exit_price", positive),
        profit=fields.find("profit", number),
        return_fraction=fields.find("return_fraction", number),
        duration=fields.find("duration", duration),
    )


def expected_fields(fields: Fields) -> Expectation:
    """The Decision Maker's `expected_*` fields; a field of its own goes before the words.

    `entry_price` counts when there is no `expected_entry_price`. Raises PlanRefused.
    """
    words = fields.find("expected_outcome", outcome) or Expectation()
    percentage = fields.find("expected_pnl_percentage", number)
    return Expectation(
        entry_price=fields.find("expected_entry_price", positive)
        or fields.find("entry_price", positive),
        exit_price=fields.find("expected_exit_price", positive),
        profit=fields.find("expected_pnl", number),
        return_fraction=words.return_fraction if percentage is None else percentage / _HUNDRED,
        duration=fields.find("expected_duration", seconds) or words.duration,
    )
