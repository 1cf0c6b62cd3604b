"""Ids are UUIDs of version 7 that sort by time; buckets are hours of UTC."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strands.examples import AT
from trader.strands.identity import new_strand_id, session_bucket

MOMENTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001
    datetime(9999, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(at=MOMENTS)
def test_an_id_is_a_uuid_that_tells_its_time(at: datetime) -> None:
    text = new_strand_id(at)
    parsed = UUID(text)
    assert str(parsed) == text
    assert (parsed.version, parsed.variant) == (7, RFC_4122)
    milliseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert parsed.int >> 80 == milliseconds


@given(one=MOMENTS, two=MOMENTS)
def test_ids_sort_by_time(one: datetime, two: datetime) -> None:
    if one != two:
        assert (new_strand_id(one) < new_strand_id(two)) == (one < two)


def test_ids_sort_by_the_microsecond() -> None:
    ids = [new_strand_id(AT + timedelta(microseconds=step)) for step in range(2000)]
    assert ids == sorted(ids)


def test_ids_of_one_moment_differ() -> None:
    assert len({new_strand_id(AT) for _ in range(5000)}) == 5000


@pytest.mark.parametrize(
    ("at", "bucket"),
    [
        (AT, "session_20260301_12"),
        (datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "session_20261231_23"),
        (datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "session_20251231_23"),
    ],
)
def test_a_session_is_an_hour_of_utc(at: datetime, bucket: str) -> None:
    assert session_bucket(at) == bucket


@pytest.mark.parametrize("make", [new_strand_id, session_bucket])
def test_a_time_without_zone_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="needs its zone"):
        make(datetime(2026, 1, 1))  # noqa: DTZ001
