"""Whom the venue's word about an order concerns, and whether it is new."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.lifecycles import START, LifecycleBuilder
from trader.lifecycle.order import Order
from trader.stream.tracked import REMEMBERED, Concern, TrackedOrders
from trader.venues.instrument import Side
from trader.venues.orders import AnswerKind, Fill, OrderReport, VenueOrderState

OPEN, FILLED = VenueOrderState.OPEN, VenueOrderState.FILLED
CANCELLED = VenueOrderState.CANCELLED
OURS, NOTHING, NOBODY = Concern.TRACK, Concern.NOTHING, Concern.UNKNOWN
LONG_AFTER = START + timedelta(hours=1)


def intended() -> LifecycleBuilder:
    return LifecycleBuilder().accepted().triggered().intended(size="2")


def entry(builder: LifecycleBuilder) -> Order:
    return next(iter(builder.lifecycle.orders.values()))


def knowing(*builders: LifecycleBuilder) -> TrackedOrders:
    orders = TrackedOrders()
    orders.refresh([builder.lifecycle for builder in builders])
    return orders


def report(
    builder: LifecycleBuilder, state: VenueOrderState, remaining: str, cloid: str | None = ""
) -> OrderReport:
    return OrderReport(
        cloid=entry(builder).cloid if cloid == "" else cloid,
        order_id=1,
        symbol="BTC",
        side=Side.BUY,
        state=state,
        venue_status=str(state),
        original_size="2",
        remaining_size=remaining,
        reported_at=builder.now,
    )


@pytest.mark.parametrize(
    ("state", "remaining", "concern"),
    [
        (OPEN, "2", NOTHING),
        (OPEN, "1", OURS),
        (FILLED, "0", OURS),
        (CANCELLED, "2", OURS),
        (VenueOrderState.UNRECOGNISED, "2", OURS),
    ],
)
@pytest.mark.parametrize("is_answered", [False, True])
def test_a_report_concerns_the_plan_when_it_tells_something_new(
    state: VenueOrderState, remaining: str, concern: Concern, is_answered: bool
) -> None:
    builder = intended().answered(AnswerKind.RESTING) if is_answered else intended()
    orders = knowing(builder)
    told = report(builder, state, remaining)
    assert orders.concern(told, LONG_AFTER) is concern


def test_an_order_in_doubt_that_shows_up_is_news() -> None:
    builder = intended().answered(AnswerKind.UNRECOGNISED)
    assert knowing(builder).concern(report(builder, OPEN, "2"), LONG_AFTER) is OURS


def test_what_is_booked_already_is_no_news() -> None:
    builder = intended().answered(AnswerKind.RESTING).filled(size="1")
    orders = knowing(builder)
    booked = entry(builder).fills[0]
    assert orders.concern(booked, LONG_AFTER) is NOTHING
    assert orders.concern(report(builder, OPEN, "1"), LONG_AFTER) is NOTHING
    assert orders.concern(booked.model_copy(update={"trade_id": 99}), LONG_AFTER) is OURS


def test_an_order_of_nobody() -> None:
    orders = knowing(intended())
    stranger = report(intended(), OPEN, "2", cloid="0x" + "f" * 32)
    assert orders.concern(stranger, LONG_AFTER) is NOBODY
    assert orders.concern(report(intended(), OPEN, "2", cloid=None), LONG_AFTER) is NOBODY


def test_the_venues_last_words_about_a_plan_that_moved_on_still_find_it() -> None:
    builder = intended().answered(AnswerKind.RESTING)
    orders = knowing(builder)
    orders.refresh([])
    assert orders.symbols == frozenset()
    told = report(builder, CANCELLED, "2")
    assert orders.concern(told, LONG_AFTER) is OURS
    assert orders.plan_of(told) == "lifecycle-1"


def test_a_plan_that_comes_back_is_known_by_its_state_again() -> None:
    builder = intended().answered(AnswerKind.RESTING)
    orders = knowing(builder)
    orders.refresh([])
    orders.refresh([builder.lifecycle])
    assert orders.concern(report(builder, OPEN, "2"), LONG_AFTER) is NOTHING


def test_the_oldest_of_those_that_moved_on_are_forgotten() -> None:
    first = intended()
    orders = knowing(first)
    orders.refresh([])
    many = first.lifecycle
    order = entry(first)
    others = {f"0x{number:032x}": order for number in range(REMEMBERED)}
    orders.refresh([replace(many, lifecycle_id="other", orders=others)])
    orders.refresh([])
    assert orders.concern(report(first, CANCELLED, "2"), LONG_AFTER) is NOBODY
    latest = report(first, CANCELLED, "2", cloid=f"0x{REMEMBERED - 1:032x}")
    assert orders.concern(latest, LONG_AFTER) is OURS
    assert orders.plan_of(latest) == "other"


def test_a_fill_without_a_client_order_id_is_of_nobody() -> None:
    builder = intended().answered(AnswerKind.RESTING).filled(size="1")
    fill: Fill = entry(builder).fills[0].model_copy(update={"cloid": None})
    assert knowing(builder).concern(fill, LONG_AFTER) is NOBODY


@pytest.mark.parametrize(
    ("age", "concern"), [(-5.0, OURS), (0.0, Concern.LATER), (0.4, Concern.LATER), (0.5, OURS)]
)
def test_whoever_sends_an_order_is_given_a_moment(age: float, concern: Concern) -> None:
    builder = intended()
    (intent,) = builder.lifecycle.intents.values()
    told = report(builder, FILLED, "0")
    now = intent.intended_at + timedelta(seconds=age)
    assert knowing(builder).concern(told, now) is concern
