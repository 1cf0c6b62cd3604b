from datetime import datetime, timedelta

import pytest

from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan
from trader.lifecycle.position_events import PositionUnprotected
from trader.lifecycle.stage import Leg
from trader.lifecycle.unprotected import ALARM_AFTER, Unprotected
from trader.venues.orders import AnswerKind, VenueOrderState

MOMENT = timedelta(microseconds=1)


def entered(**changes: object) -> LifecycleBuilder:
    """Filled at `START + 4 s`."""
    plan = a_plan(**({"stop_loss": 29000} | changes))
    return LifecycleBuilder(plan).entered()


def stopped(builder: LifecycleBuilder) -> LifecycleBuilder:
    return builder.intended(Leg.STOP, trigger="29000").answered()


def bare(builder: LifecycleBuilder) -> Unprotected | None:
    return builder.lifecycle.unprotected


def test_a_position_is_bare_from_its_trade_until_its_stop_is_confirmed() -> None:
    builder = entered()
    traded_at = builder.lifecycle.fills[0].traded_at
    assert bare(builder) == Unprotected(traded_at)
    builder.intended(Leg.STOP, trigger="29000")
    assert bare(builder) == Unprotected(traded_at)
    confirmed_at = builder.now
    builder.answered()
    assert bare(builder) == Unprotected(traded_at, confirmed_at)


@pytest.mark.parametrize("size", ["0.9", "1"])
def test_a_stop_for_a_part_leaves_it_bare(size: str) -> None:
    builder = entered().intended(Leg.STOP, trigger="29000", size=size).answered()
    found = bare(builder)
    assert found is not None
    assert (found.until is None) is (size != "1")


def test_one_that_wants_no_stop_is_never_bare() -> None:
    assert bare(entered(stop_loss=None)) is None


def test_it_is_bare_again_from_when_the_venue_says_that_its_stop_ended() -> None:
    builder = told(stopped(entered()))
    assert bare(builder) is None
    ended_at = builder.now - SECOND / 2
    builder.reported(
        VenueOrderState.CANCELLED, Leg.STOP, remaining="1", venue_status="marginCanceled",
        reported_at=ended_at,
    )  # fmt: skip
    assert bare(builder) == Unprotected(ended_at)


def test_a_stop_that_trades_ends_it() -> None:
    builder = told(stopped(entered())).filled("29000", leg=Leg.STOP)
    assert bare(builder) is None


def test_a_stop_whose_trades_are_late_is_no_end_of_protection() -> None:
    builder = told(stopped(entered())).reported(VenueOrderState.FILLED, Leg.STOP)
    assert bare(builder) is None


def told(builder: LifecycleBuilder) -> LifecycleBuilder:
    found = bare(builder)
    assert found is not None
    event = PositionUnprotected(since=found.since, until=found.until, reason="late")
    return builder.event(event)


def test_what_was_told_while_it_lasts_is_not_told_again() -> None:
    builder = told(entered().wait(timedelta(minutes=1)))
    found = bare(builder)
    assert found is not None
    assert not found.is_alarming(builder.now)
    assert bare(stopped(builder)) is None


@pytest.mark.parametrize(
    ("until", "now", "alarms"),
    [
        (None, START + ALARM_AFTER, False),
        (None, START + ALARM_AFTER + MOMENT, True),
        (START + ALARM_AFTER, START + timedelta(hours=1), False),
        (START + ALARM_AFTER + MOMENT, START + timedelta(hours=1), True),
    ],
)
def test_a_second_is_allowed(until: datetime | None, now: datetime, alarms: bool) -> None:
    assert Unprotected(START, until).is_alarming(now) is alarms


def test_a_short_time_is_forgotten_and_a_long_one_kept_until_it_is_told() -> None:
    assert Unprotected(START).ended(START + ALARM_AFTER) is None
    late = START + 2 * ALARM_AFTER
    assert Unprotected(START).ended(late) == Unprotected(START, late)


def test_an_untold_time_goes_on_when_it_is_bare_again() -> None:
    builder = stopped(entered())
    since = builder.lifecycle.fills[0].traded_at
    builder.reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="1")
    assert bare(builder) == Unprotected(since)


def test_an_entry_that_is_refused_leaves_nothing_bare() -> None:
    builder = LifecycleBuilder(a_plan(stop_loss=29000)).accepted().triggered().intended()
    assert bare(builder.answered(AnswerKind.REJECTED, text="no")) is None
