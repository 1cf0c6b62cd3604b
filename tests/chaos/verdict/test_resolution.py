"""How long doubts lasted, without the time when the venue was away."""

from datetime import UTC, datetime, timedelta

import pytest

from chaos.clocks import ClockStep
from chaos.verdict.outages import Outage
from chaos.verdict.records import Doubt
from chaos.verdict.resolution import resolution_seconds

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


STEP = ClockStep("worker-exchange", timedelta(seconds=20), at(0), at(5))


@pytest.mark.parametrize(
    ("doubt", "expected"),
    [
        (Doubt("intent", at(0), at(10)), [10.0]),
        (Doubt("intent", at(22), at(40)), []),
        (Doubt("intent", at(0), at(24)), []),
        (Doubt("intent", at(26), at(40)), [14.0]),
    ],
)
def test_a_doubt_tells_no_length_when_a_wrong_clock_may_have_told_it(
    doubt: Doubt, expected: list[float]
) -> None:
    assert resolution_seconds([doubt], [], [STEP]) == expected
