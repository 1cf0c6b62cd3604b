"""What goes into a store: canonical, checked, and refused with its place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strands.examples import foreign, own, row
from trader.strands.encoding import (
    LIFECYCLE_COLUMNS,
    MAX_DEPTH,
    STRAND_COLUMNS,
    encode_json,
    encode_lifecycle,
    encode_strand,
    encode_time,
)
from trader.strands.kinds import Tag
from trader.strands.store import InvalidStrand


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [1.5, None, True]}, '{"a":[1.5,null,true],"b":1}'),
        ({"é": "\U0001f680\n"}, '{"é":"\U0001f680\\n"}'),
        (10**40, "1" + "0" * 40),
        (Tag.ORDER_STATUS, '"trader:order_status"'),
        ("\\u0000", '"\\\\u0000"'),
    ],
)
def test_json_is_canonical(value: object, text: str) -> None:
    assert encode_json(value, "content") == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [0, float("nan")]}, r"^content\.a\[1\] must be a finite number; was nan$"),
        ({"a": 1e16}, r"^content\.a must lie below 1e\+16; was 1e\+16: write it as text$"),
        ({"a": {"b": "x\0"}}, r"^content\.a\.b holds a NUL character: 'x\\x00'$"),
        ({"a": {"\0": 1}}, r"^a key of content\.a holds a NUL character: '\\x00'$"),
        (["\ud83d"], r"^content\[0\] holds half of a surrogate pair: '\\ud83d'$"),
        (
            {"price": Decimal("1.5")},
            r"^content\.price must be JSON; was Decimal\('1.5'\) \(Decimal\): "
            "numbers that must stay exact are written as text$",
        ),
        ({True: 1}, r"^a key of content must be text; was True$"),
        (10**5000, "^content: Exceeds the limit"),
        (nested(MAX_DEPTH + 1), rf" is nested more than {MAX_DEPTH} levels deep$"),
    ],
    ids=["NaN", "float", "NUL", "NUL key", "surrogate", "Decimal", "key", "digits", "depth"],
)
def test_a_refusal_says_where_and_what(value: object, message: str) -> None:
    with pytest.raises(InvalidStrand, match=message):
        encode_json(value, "content")


def test_the_deepest_nesting_is_kept() -> None:
    assert encode_json(nested(MAX_DEPTH), "content") == "[" * MAX_DEPTH + "]" * MAX_DEPTH


def test_a_value_that_holds_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(InvalidStrand, match="levels deep"):
        encode_json(ring, "content")


def test_every_column_has_a_value() -> None:
    assert set(encode_strand(own("life", 0))) == set(STRAND_COLUMNS)
    assert set(encode_strand(foreign("note"))) == set(STRAND_COLUMNS)
    assert set(encode_lifecycle(row("life", 0))) == set(LIFECYCLE_COLUMNS)


@pytest.mark.parametrize("seq", [-1, True, "0", 1.0, 2**63])
def test_a_seq_is_a_whole_number(seq: Any) -> None:
    with pytest.raises(InvalidStrand, match="seq must be a whole number"):
        encode_strand(replace(own("life", 0), seq=seq))


MOMENTS = st.datetimes(
    datetime(1, 1, 3),  # noqa: DTZ001
    datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)


@given(one=MOMENTS, two=MOMENTS)
def test_texts_of_times_sort_as_times_do(one: datetime, two: datetime) -> None:
    texts = encode_time(one, "one"), encode_time(two, "two")
    assert (texts[0] < texts[1], texts[0] == texts[1]) == (one < two, one == two)


def test_a_time_is_written_in_utc_with_six_digits() -> None:
    at = datetime(2026, 3, 1, 2, tzinfo=timezone(timedelta(hours=3)))
    assert encode_time(at, "at") == "2026-02-28T23:00:00.000000+00:00"
    assert encode_time(datetime(2026, 3, 1, tzinfo=UTC), "at").endswith("T00:00:00.000000+00:00")
