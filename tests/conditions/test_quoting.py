"""Raw values in messages: short and safe to store, whatever they are."""

from typing import Any

import pytest

from trader.conditions.quoting import as_written, key_of


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("breakout", '"breakout"'),
        ("φ", '"φ"'),
        ("a\x00b", '"a\\u0000b"'),
        ("\ud800", '"\\ud800"'),
        (30000.5, "30000.5"),
        (float("nan"), "nan"),
        (True, "true"),
        (None, "null"),
        pytest.param(10**5000, "an integer of 16610 bits", id="huge"),
        ({"price_above": None}, '{"price_above": null}'),
        pytest.param(nested(5000), "[[[[...]]]]", id="deep"),
        ("x" * 1000, '"' + "x" * 60 + '..."'),
    ],
)
def test_as_written(value: object, text: str) -> None:
    assert as_written(value) == text


def test_never_longer_than_a_line() -> None:
    assert len(as_written([["word" * 20] * 100] * 100)) == 123


@pytest.mark.parametrize(
    ("path", "key", "text"),
    [
        ("plan", "size", "plan.size"),
        ("", "plan", "plan"),
        ("plan", 7, "plan.7"),
        ("plan", "\x00", 'plan."\\u0000"'),
        ("plan", "", 'plan.""'),
        ("plan", "k" * 500, 'plan."' + "k" * 60 + '..."'),
    ],
)
def test_key_of(path: str, key: object, text: str) -> None:
    assert key_of(path, key) == text
