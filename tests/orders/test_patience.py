from datetime import timedelta

import pytest

from tests.orders.builders import entered
from tests.support.lifecycles import SECOND, LifecycleBuilder
from trader.lifecycle.stage import Leg
from trader.orders.patience import is_pausing, refusals
from trader.venues.orders import AnswerKind

MOMENT = timedelta(microseconds=1)


def refused(times: int) -> LifecycleBuilder:
    """The venue has refused so many exits at market in a row."""
    builder = entered().leaving()
    for _ in range(times):
        builder.intended(Leg.EXIT).answered(AnswerKind.REJECTED, text="no")
    return builder


@pytest.mark.parametrize("times", [0, 1, 2])
def test_the_first_are_sent_without_a_pause(times: int) -> None:
    builder = refused(times)
    assert refusals(builder.lifecycle, Leg.EXIT) == times
    assert not is_pausing(builder.lifecycle, Leg.EXIT, builder.now - 2 * SECOND)


@pytest.mark.parametrize(
    ("times", "seconds"), [(3, 1), (4, 2), (5, 4), (8, 32), (9, 60), (10, 60), (30, 60)]
)
def test_each_pause_is_twice_the_one_before(times: int, seconds: int) -> None:
    builder = refused(times)
    sent_at = list(builder.lifecycle.intents.values())[-1].intended_at
    end = sent_at + timedelta(seconds=seconds)
    assert is_pausing(builder.lifecycle, Leg.EXIT, end - MOMENT)
    assert not is_pausing(builder.lifecycle, Leg.EXIT, end)


def test_other_legs_do_not_wait() -> None:
    builder = refused(5)
    assert not is_pausing(builder.lifecycle, Leg.STOP, builder.now)


def test_an_order_that_the_venue_takes_ends_the_row() -> None:
    builder = refused(5).intended(Leg.EXIT).answered()
    assert refusals(builder.lifecycle, Leg.EXIT) == 0
