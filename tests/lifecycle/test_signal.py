from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.lifecycle.test_order import CLOID, answer, order, report, trade
from tests.support.lifecycles import START
from trader.lifecycle.order import Order
from trader.lifecycle.signal import (
    Signal,
    signal_of_answer,
    signal_of_report,
    signal_of_trade,
)
from trader.venues.orders import AnswerKind, TimeInForce, VenueOrderState

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("kind", "filled", "time_in_force", "signal"),
    [
        (AnswerKind.RESTING, 0, TimeInForce.GTC, Signal.ANSWERED_RESTING),
        (AnswerKind.WAITING, 0, None, Signal.ANSWERED_RESTING),
        (AnswerKind.FILLED, 10, TimeInForce.GTC, Signal.ANSWERED_FILLED),
        (AnswerKind.FILLED, 10, TimeInForce.IOC, Signal.ANSWERED_FILLED),
        (AnswerKind.FILLED, 11, TimeInForce.IOC, Signal.ANSWERED_FILLED),
        (AnswerKind.FILLED, 4, TimeInForce.GTC, Signal.ANSWERED_FILLED_IN_PART),
        (AnswerKind.FILLED, 4, TimeInForce.POST_ONLY, Signal.ANSWERED_FILLED_IN_PART),
        (AnswerKind.FILLED, 4, TimeInForce.IOC, Signal.ANSWERED_REST_CANCELLED),
        (AnswerKind.REJECTED, 0, TimeInForce.GTC, Signal.ANSWERED_REJECTED),
        (AnswerKind.UNRECOGNISED, 0, TimeInForce.GTC, Signal.ANSWERED_UNRECOGNISED),
    ],
)
def test_what_an_answer_says(
    kind: AnswerKind, filled: int, time_in_force: TimeInForce | None, signal: Signal
) -> None:
    request = order().request.model_copy(update={"time_in_force": time_in_force})

    assert signal_of_answer(answer(kind, filled), request) is signal


@pytest.mark.parametrize("state", VenueOrderState)
@pytest.mark.parametrize("ended_at", [None, START, START + SECOND])
def test_a_report_is_taken_at_its_word_unless_it_is_younger_than_the_end(
    state: VenueOrderState, ended_at: datetime | None
) -> None:
    assert signal_of_report(report(state), ended_at) == f"reported_{state}"


@pytest.mark.parametrize(
    ("state", "signal"),
    [
        (VenueOrderState.OPEN, Signal.REPORTED_REOPENED),
        (VenueOrderState.TRIGGERED, Signal.REPORTED_REOPENED),
        (VenueOrderState.FILLED, Signal.REPORTED_FILLED),
        (VenueOrderState.CANCELLED, Signal.REPORTED_CANCELLED),
        (VenueOrderState.REJECTED, Signal.REPORTED_REJECTED),
        (VenueOrderState.UNRECOGNISED, Signal.REPORTED_UNRECOGNISED),
    ],
)
def test_work_after_the_end_is_an_order_opened_again(
    state: VenueOrderState, signal: Signal
) -> None:
    assert signal_of_report(report(state), START - SECOND) is signal


@pytest.mark.parametrize(
    ("traded", "signal"),
    [
        ("9.99", Signal.TRADED_IN_PART),
        ("10.0", Signal.TRADED_IN_FULL),
        ("10.01", Signal.TRADED_TOO_MUCH),
    ],
)
def test_what_a_trade_says(traded: str, signal: Signal) -> None:
    assert signal_of_trade(Decimal(traded), Decimal(10)) is signal


@pytest.mark.parametrize(
    ("known", "signal"),
    [
        (order().booked(trade(4)), Signal.TRADED_IN_FULL),
        (order().booked(trade(5)), Signal.TRADED_TOO_MUCH),
        (order(), Signal.TRADED_IN_PART),
    ],
)
def test_a_trade_counts_with_those_that_are_booked(known: Order, signal: Signal) -> None:
    assert known.cloid == CLOID
    assert known.signal_of(trade(6, trade_id=2)) is signal


def test_an_order_that_works_cannot_be_opened_again() -> None:
    """Its latest news is younger than the report, or older: it is not over."""
    works = order().reported(report(VenueOrderState.OPEN, remaining=10))
    later = report(VenueOrderState.TRIGGERED, 10).model_copy(update={"reported_at": START + SECOND})

    assert works.signal_of(later) is Signal.REPORTED_TRIGGERED
