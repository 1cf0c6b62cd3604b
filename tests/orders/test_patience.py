from datetime import timedelta

import pytest

from tests.orders.builders import refused_exits
from tests.support.lifecycles import SECOND
from trader.lifecycle.stage import Leg
from trader.orders.patience import is_pausing, refusals

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_the_first_are_sent_without_a_pause(times: int) -> None:
    builder = refused_exits(times)
    assert refusals(builder.lifecycle, Leg.EXIT) == times
    assert not is_pausing(builder.lifecycle, Leg.EXIT, builder.now - 2 * SECOND)


@pytest.mark.parametrize(
    ("times", "each", "seconds"),
    [
        pytest.param(3, 0.1, 1, id="never less than a second"),
        pytest.param(3, 1, 1, id="two seconds"),
        pytest.param(5, 1, 2, id="four seconds"),
        pytest.param(5, 20, 40, id="eighty seconds"),
        pytest.param(4, 40, 60, id="two minutes"),
        pytest.param(5, 40, 60, id="never more than a minute"),
    ],
)
def test_a_pause_is_half_the_time_for_which_the_venue_has_refused(
    times: int, each: float, seconds: float
) -> None:
    builder = refused_exits(times, each=timedelta(seconds=each))
    sent_at = list(builder.lifecycle.intents.values())[-1].intended_at
    end = sent_at + timedelta(seconds=seconds)
    assert is_pausing(builder.lifecycle, Leg.EXIT, sent_at)
    assert is_pausing(builder.lifecycle, Leg.EXIT, end - MOMENT)
    assert not is_pausing(builder.lifecycle, Leg.EXIT, end)


def test_an_order_of_a_clock_that_is_ahead_holds_nobody_up() -> None:
    builder = refused_exits(5)
    sent_at = list(builder.lifecycle.intents.values())[-1].intended_at
    assert not is_pausing(builder.lifecycle, Leg.EXIT, sent_at - MOMENT)


def test_other_legs_do_not_wait() -> None:
    builder = refused_exits(5)
    assert not is_pausing(builder.lifecycle, Leg.STOP, builder.now)


def test_an_order_that_the_venue_takes_ends_the_row() -> None:
    builder = refused_exits(5).intended(Leg.EXIT).answered()
    assert refusals(builder.lifecycle, Leg.EXIT) == 0
