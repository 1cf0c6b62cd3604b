"""Decimals on the wire: what is read, and the one text that is hashed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_exchange.wire.scalars import decimal_text, parse_decimal


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0", "0"),
        ("0.0", "0"),
        ("00100.500", "100.5"),
        ("1670.1", "1670.1"),
        ("100000000", "100000000"),
        ("0.00000001", "0.00000001"),
        ("1.00000000000", "1"),
    ],
)
def test_padding_is_dropped(text: str, canonical: str) -> None:
    assert decimal_text(parse_decimal(text)) == canonical


@pytest.mark.parametrize(
    "value", [1, 1.5, None, "", ".", "1.", ".5", "+1", "-1", "1e2", " 1", "1_0"]
)
def test_anything_but_a_plain_decimal_string_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="decimal string"):
        parse_decimal(value)


@pytest.mark.parametrize(("value", "text"), [(Decimal("1E+3"), "1000"), (Decimal("-0.0"), "0")])
def test_text_is_never_scientific_nor_negative_zero(value: Decimal, text: str) -> None:
    assert decimal_text(value) == text


@given(st.decimals(min_value=0, max_value=10**12, places=8))
def test_what_is_written_reads_back_the_same(value: Decimal) -> None:
    text = decimal_text(value)
    assert parse_decimal(text) == value
    assert decimal_text(parse_decimal(text)) == text
