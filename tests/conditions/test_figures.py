"""Numbers as written: exact, plain, or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trader.conditions.figures import figure, read_figure


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (30000, "30000"),
        (30000.0, "30000"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (-0.5, "-0.5"),
        (0, "0"),
        (-0.0, "0"),
        ("30000.50", "30000.5"),
        ("+2", "2"),
        ("1E+3", "1000"),
        ("007", "7"),
    ],
)
def test_reads_exactly(written: object, number: str) -> None:
    assert read_figure(written) == Decimal(number)
    assert str(read_figure(written)) == str(Decimal(number))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "is not a number"),
        (True, "is a truth value, not a number"),
        (float("nan"), "is not a finite number"),
        (float("inf"), "is not a finite number"),
        ("NaN", "is not a number"),
        ("Infinity", "is not a number"),
        ("", "is not a number"),
        (" 1", "is not a number"),
        ("30,000", "is not a number"),
        ("30_000", "is not a number"),
        (".5", "is not a number"),
        ("٣", "is not a number"),
        ([1], "is not a number"),
        (10**16, "is not between 1e-18 and 1e16"),
        (1e300, "is not between 1e-18 and 1e16"),
        ("1e-19", "is not between 1e-18 and 1e16"),
        ("1e999", "is not between 1e-18 and 1e16"),
        ("1." + "1" * 28, "has more than 28 digits"),
    ],
)
def test_refuses(written: object, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        read_figure(written)


@pytest.mark.parametrize(
    ("number", "text"),
    [("30000.00", "30000"), ("1E+3", "1000"), ("0.10", "0.1"), ("1E-7", "0.0000001"), ("0", "0")],
)
def test_writes_plainly(number: str, text: str) -> None:
    assert figure(Decimal(number)) == text


@given(st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=8))
def test_what_is_written_is_read_back(number: Decimal) -> None:
    assert read_figure(figure(number)) == number
