"""Spans of time: with a unit, or refused."""

from datetime import timedelta

import pytest

from trader.plans.durations import duration, seconds
from trader.plans.refusal import PlanRefused, RefusalCode


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("PT4H", timedelta(hours=4)),
        ("P1DT30M", timedelta(days=1, minutes=30)),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("4 hours", timedelta(hours=4)),
        ("1 hour", timedelta(hours=1)),
        ("4h", timedelta(hours=4)),
        ("90 min", timedelta(minutes=90)),
        ("90 minutes", timedelta(minutes=90)),
        ("1.5 hours", timedelta(minutes=90)),
        ("2 days", timedelta(days=2)),
        ("45s", timedelta(seconds=45)),
    ],
)
def test_duration(written: str, span: timedelta) -> None:
    assert duration(written, "max_hold") == span


@pytest.mark.parametrize(
    "written",
    [
        None,
        3600,
        3600.0,
        True,
        "",
        "3600",
        "4:00:00",
        "0 hours",
        "PT0S",
        "-PT1H",
        "P",
        "Pineapple",
        "4 moons",
        "1M",
        "-4 hours",
        "hours",
        "P9999999D",
        "999999 days",
        "1.2.3 hours",
    ],
)
def test_no_duration(written: object) -> None:
    with pytest.raises(PlanRefused) as refused:
        duration(written, "max_hold")
    assert refused.value.refusal.code is RefusalCode.INVALID_VALUE


@pytest.mark.parametrize(("written", "span"), [(14400, 14400.0), ("0.25", 0.25), (1.5, 1.5)])
def test_seconds(written: object, span: float) -> None:
    assert seconds(written, "expected_duration") == timedelta(seconds=span)


@pytest.mark.parametrize("written", [0, -1, 1e12])
def test_seconds_out_of_range(written: float) -> None:
    with pytest.raises(PlanRefused):
        seconds(written, "expected_duration")
