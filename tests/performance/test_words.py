from datetime import timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext

import pytest

from trader.performance import words


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        ("1.50000", 4, "1.5"),
        ("100", 4, "100"),
        ("1E+3", 2, "1000"),
        ("-0.00001", 4, "0"),
        ("-0.25", 4, "-0.25"),
        ("2.345678", 4, "2.3457"),
        ("100", 0, "100"),
    ],
)
def test_number(value: str, decimals: int, said: str) -> None:
    assert words.number(Decimal(value), decimals) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("30010.333333333333333", "30010.333"),
        ("0.00000123456789", "0.0000012345679"),
        ("123456789.5", "123456790"),
        ("30000", "30000"),
    ],
)
def test_price(value: str, said: str) -> None:
    assert words.price(Decimal(value)) == said


@pytest.mark.parametrize(
    ("fraction", "said"), [("0.015", "1.5% gain"), ("-0.03", "3% loss"), ("0", "0% gain")]
)
def test_gain(fraction: str, said: str) -> None:
    assert words.gain(Decimal(fraction)) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [("12.50", "a profit of 12.5 US dollars"), ("-3", "a loss of 3 US dollars")],
)
def test_profit(amount: str, said: str) -> None:
    assert words.profit(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=1, minutes=30), "1 hour 30 minutes"),
        (timedelta(hours=2, seconds=3), "2 hours"),
        (timedelta(days=1, hours=1, minutes=1), "1 day 1 hour"),
        (timedelta(seconds=1, milliseconds=5), "1 s"),
        (timedelta(milliseconds=150), "0.15 s"),
        (timedelta(microseconds=999), "0.001 s"),
        (timedelta(0), "0 s"),
    ],
)
def test_duration(length: timedelta, said: str) -> None:
    assert words.duration(length) == said


@pytest.mark.parametrize("rounding", [ROUND_HALF_UP, ROUND_DOWN])
def test_what_others_do_to_the_context_of_decimals_changes_nothing(rounding: str) -> None:
    with localcontext() as context:
        context.rounding = rounding
        assert words.number(Decimal("11.45"), 1) == "11.4"
        assert words.number(Decimal("11.55"), 1) == "11.6"
