from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.orders.builders import (
    alarmed,
    cancel_requested,
    died,
    entered,
    protected,
    resting,
    stopped,
    unknown,
    waiting,
)
from tests.orders.desk import GRACE
from tests.support.lifecycles import SECOND, LifecycleBuilder
from tests.venues.builders import BTC
from trader.lifecycle.order import TRADES_LAG
from trader.lifecycle.stage import Leg
from trader.orders.attention import wants_tracking
from trader.venues.orders import AnswerKind, OrderReport, VenueOrderState

Build = Callable[[], LifecycleBuilder]
INSTRUMENTS = {"BTC": BTC}


def as_the_venue_lists(builder: LifecycleBuilder, traded: str = "0") -> dict[str, OrderReport]:
    """The venue's list of open orders: all that the journal calls working."""
    return {
        order.cloid: OrderReport(
            cloid=order.cloid,
            order_id=order.order_id or 0,
            symbol="BTC",
            side=order.request.side,
            state=VenueOrderState.OPEN,
            venue_status="open",
            original_size=order.request.size,
            remaining_size=order.request.size - type(order.request.size)(traded),
            reported_at=builder.now,
        )
        for order in builder.lifecycle.working(*Leg)
    }


def wants(
    builder: LifecycleBuilder, listed: dict[str, OrderReport], after: timedelta = timedelta(0)
) -> bool:
    now = builder.now + after
    return wants_tracking(builder.lifecycle, listed, INSTRUMENTS, now, GRACE)


@pytest.mark.parametrize("build", [resting, protected, lambda: waiting().intended()])
def test_a_plan_that_is_as_the_venue_says_is_left_alone(build: Build) -> None:
    builder = build()

    assert not wants(builder, as_the_venue_lists(builder))


@pytest.mark.parametrize("build", [resting, protected])
def test_an_order_that_is_listed_no_more_is_looked_at(build: Build) -> None:
    assert wants(build(), {})


def test_an_order_that_traded_is_looked_at() -> None:
    builder = resting(stop_loss=None, take_profit=None)

    assert wants(builder, as_the_venue_lists(builder, traded="0.4"))
    builder.filled(size="0.4")
    assert not wants(builder, as_the_venue_lists(builder, traded="0.4"))


@pytest.mark.parametrize(
    ("build", "after", "wanted"),
    [
        (lambda: waiting().intended(), GRACE - 2 * SECOND, False),
        (lambda: waiting().intended(), GRACE, True),
        (lambda: unknown(waiting().intended()), GRACE, True),
        (lambda: died(entered().intended(Leg.STOP, Leg.TARGET, trigger="29000")), SECOND, True),
        (entered, SECOND, True),
        (lambda: waiting().intended().answered(AnswerKind.FILLED, filled="1"), SECOND, True),
        (lambda: cancel_requested(protected()), SECOND, False),
        (lambda: cancel_requested(protected(), close=True), SECOND, True),
        (lambda: protected(max_hold=timedelta(hours=1)), timedelta(hours=1), True),
        (resting, timedelta(hours=4), True),
        (lambda: protected().finished(), timedelta(hours=9), False),
    ],
)
def test_the_clock_and_the_journal_have_news_too(
    build: Build, after: timedelta, wanted: bool
) -> None:
    builder = build()

    assert wants(builder, as_the_venue_lists(builder), after) is wanted


def test_an_alarm_that_is_due_is_written_once() -> None:
    builder = stopped(entered(take_profit=None))
    assert wants(builder, as_the_venue_lists(builder))
    alarmed(builder)
    assert not wants(builder, as_the_venue_lists(builder))


def test_late_trades_are_looked_for() -> None:
    builder = stopped(entered(take_profit=None))
    builder.reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="0.6")

    assert wants(builder, {})
    assert wants(builder, {}, TRADES_LAG)


def test_a_plan_whose_symbol_is_gone_stops_no_other() -> None:
    builder = protected()
    listed = as_the_venue_lists(builder)

    assert wants_tracking(builder.lifecycle, listed, {}, builder.now, GRACE)
