"""Conditions in words."""

import pytest

from trader.conditions.describing import describe
from trader.conditions.parsing import parse_condition


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("immediately", "immediately"),
        ("price above 30000", "mid above 30000"),
        ("mark below 0.0001", "mark below 0.0001"),
        ("breakout above 1000", "mid breaks out above 1000"),
        ("bid breakout below 9.50", "bid breaks out below 9.5"),
        (["above 1", "below 2"], "mid above 1 and mid below 2"),
        (
            {"any": ["above 3", ["above 1", "below 2"]]},
            "mid above 3 or (mid above 1 and mid below 2)",
        ),
        ({"any": ["above 3", ["above 1"]]}, "mid above 3 or mid above 1"),
        ({"not": {"any": ["above 1", "below 2"]}}, "not (mid above 1 or mid below 2)"),
    ],
)
def test_describe(raw: object, words: str) -> None:
    assert describe(parse_condition(raw)) == words
