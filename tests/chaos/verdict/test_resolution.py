"""How long doubts lasted, without the time when the venue was away."""

from datetime import UTC, datetime, timedelta

import pytest

from chaos.verdict.records import Doubt
from chaos.verdict.resolution import Outage, percentile, resolution_seconds

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


@pytest.mark.parametrize(
    ("outages", "expected"),
    [
        ([], 10.0),
        ([Outage(at(20), at(30))], 10.0),
        ([Outage(at(2), at(5))], 7.0),
        ([Outage(at(-5), at(1)), Outage(at(9), at(30))], 8.0),
        ([Outage(at(-1), at(11))], 0.0),
        ([Outage(at(4), at(6)), Outage(at(2), at(5)), Outage(at(3), at(4))], 6.0),
    ],
)
def test_outages_do_not_count(outages: list[Outage], expected: float) -> None:
    assert resolution_seconds([Doubt("intent", at(0), at(10))], outages) == [expected]


def test_a_doubt_that_has_not_ended_has_no_length() -> None:
    assert resolution_seconds([Doubt("intent", at(0))], []) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), ([3.0], 3.0), ([float(n) for n in range(1, 101)], 99.0), ([2.0, 1.0], 2.0)],
)
def test_the_nearest_rank_counts(values: list[float], expected: float | None) -> None:
    assert percentile(values, 0.99) == expected
