from datetime import UTC, datetime, timedelta

import pytest

from trader.health.clock import difference

NOON = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
TOLERANCE = timedelta(seconds=2)


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def test_the_difference_allows_for_the_way_and_for_whole_seconds() -> None:
    measured = difference(NOON + seconds(0.25), NOON, NOON + seconds(0.5))
    assert (measured.least, measured.most) == (seconds(-0.75), seconds(0.5))


@pytest.mark.parametrize(
    ("ahead", "beyond"),
    [(-10, True), (-2.5, True), (-1.5, False), (0, False), (2.5, False), (3.5, True), (60, True)],
)
def test_only_a_certain_difference_is_wrong(ahead: float, beyond: bool) -> None:
    sent = NOON + seconds(ahead)
    measured = difference(sent, NOON, sent + seconds(0.1))
    assert measured.certainly_beyond(TOLERANCE) is beyond


def test_a_slow_reply_proves_little() -> None:
    measured = difference(NOON, NOON + seconds(4), NOON + seconds(5))
    assert not measured.certainly_beyond(TOLERANCE)
