from dataclasses import replace
from decimal import Decimal

import pytest

from tests.support.lifecycles import START
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import IntendedOrder
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Leg, OrderState
from trader.venues.instrument import Side
from trader.venues.orders import (
    AnswerKind,
    Fill,
    OrderAnswer,
    OrderReport,
    OrderRequest,
    TimeInForce,
    VenueOrderState,
)
from trader.venues.refusal_cause import RefusalCause

CLOID = "0x" + "1" * 32


def order(
    state: OrderState = OrderState.PENDING,
    *,
    time_in_force: TimeInForce = TimeInForce.GTC,
    reduce_only: bool = False,
) -> Order:
    """An order of size 10 in that state."""
    request = OrderRequest(
        cloid=CLOID,
        symbol="BTC",
        side=Side.BUY,
        size=Decimal(10),
        limit_price=Decimal(100),
        time_in_force=time_in_force,
        reduce_only=reduce_only,
    )
    intended = IntendedOrder(leg=Leg.ENTRY, attempt=1, request=request)
    return Order(intended=intended, intent_id="intent-1", state=state)


def answer(kind: AnswerKind, filled: int = 0, order_id: int | None = 7) -> OrderAnswer:
    return OrderAnswer(kind=kind, order_id=order_id, filled_size=Decimal(filled), text="said")


def report(state: VenueOrderState, remaining: int = 0) -> OrderReport:
    return OrderReport(
        cloid=CLOID,
        order_id=8,
        symbol="BTC",
        side=Side.BUY,
        state=state,
        venue_status="told",
        original_size=Decimal(10),
        remaining_size=Decimal(remaining),
        reported_at=START,
    )


def trade(size: int, trade_id: int = 1, order_id: int = 9) -> Fill:
    return Fill(
        trade_id=trade_id,
        order_id=order_id,
        cloid=CLOID,
        symbol="BTC",
        side=Side.BUY,
        price=Decimal(100),
        size=Decimal(size),
        fee=Decimal(0),
        fee_token="USDC",
        is_taker=True,
        realised=Decimal(0),
        position_before=Decimal(0),
        traded_at=START,
    )


@pytest.mark.parametrize(
    ("kind", "filled", "time_in_force", "state"),
    [
        (AnswerKind.RESTING, 0, TimeInForce.GTC, OrderState.OPEN),
        (AnswerKind.WAITING, 0, TimeInForce.GTC, OrderState.OPEN),
        (AnswerKind.REJECTED, 0, TimeInForce.GTC, OrderState.REJECTED),
        (AnswerKind.UNRECOGNISED, 0, TimeInForce.GTC, OrderState.UNKNOWN),
        (AnswerKind.FILLED, 10, TimeInForce.GTC, OrderState.FILLED),
        (AnswerKind.FILLED, 10, TimeInForce.IOC, OrderState.FILLED),
        (AnswerKind.FILLED, 4, TimeInForce.GTC, OrderState.OPEN),
        (AnswerKind.FILLED, 4, TimeInForce.IOC, OrderState.CANCELLED),
    ],
)
def test_the_state_after_an_answer(
    kind: AnswerKind, filled: int, time_in_force: TimeInForce, state: OrderState
) -> None:
    answered = order(time_in_force=time_in_force).answered(answer(kind, filled))

    assert answered.state is state
    assert answered.venue_filled == filled
    assert (answered.order_id, answered.venue_text) == (7, "said")


@pytest.mark.parametrize(
    ("known", "kind", "state"),
    [
        (OrderState.UNKNOWN, AnswerKind.RESTING, OrderState.OPEN),
        (OrderState.NEVER_LANDED, AnswerKind.RESTING, OrderState.OPEN),
        (OrderState.FILLED, AnswerKind.RESTING, OrderState.FILLED),
        (OrderState.CANCELLED, AnswerKind.RESTING, OrderState.CANCELLED),
        (OrderState.TRIGGERED, AnswerKind.WAITING, OrderState.TRIGGERED),
        (OrderState.UNRECOGNISED, AnswerKind.RESTING, OrderState.UNRECOGNISED),
        (OrderState.OPEN, AnswerKind.UNRECOGNISED, OrderState.OPEN),
        (OrderState.OPEN, AnswerKind.REJECTED, OrderState.OPEN),
    ],
)
def test_an_answer_that_comes_late_does_not_undo_newer_news(
    known: OrderState, kind: AnswerKind, state: OrderState
) -> None:
    assert order(known).answered(answer(kind)).state is state


def test_a_late_answer_keeps_what_is_known_of_the_order_and_adds_what_traded() -> None:
    booked = order().booked(trade(10))

    late = booked.answered(answer(AnswerKind.FILLED, 10, order_id=None))
    assert (late.state, late.order_id) == (OrderState.FILLED, 9)
    assert late.filled == 10
    assert late.is_settled


def test_an_order_that_traded_in_part_at_once_ends_with_its_immediate_answer() -> None:
    booked = order(time_in_force=TimeInForce.IOC).booked(trade(4))
    assert booked.state is OrderState.OPEN

    assert booked.answered(answer(AnswerKind.FILLED, 4)).state is OrderState.CANCELLED


@pytest.mark.parametrize("state", VenueOrderState)
def test_a_report_is_taken_in_our_words(state: VenueOrderState) -> None:
    reported = order().reported(report(state, remaining=10))

    assert reported.state == OrderState(state)
    assert (reported.order_id, reported.venue_text) == (8, "told")


@pytest.mark.parametrize(
    ("reduce_only", "state", "remaining", "venue_filled"),
    [
        (False, VenueOrderState.OPEN, 7, 3),
        (False, VenueOrderState.CANCELLED, 6, 4),
        (False, VenueOrderState.REJECTED, 0, 0),
        (True, VenueOrderState.CANCELLED, 0, 0),
    ],
)
def test_what_a_report_says_has_traded(
    reduce_only: bool, state: VenueOrderState, remaining: int, venue_filled: int
) -> None:
    reported = order(reduce_only=reduce_only).reported(report(state, remaining))

    assert reported.venue_filled == venue_filled


def test_a_later_report_never_lowers_what_has_traded() -> None:
    reported = order().reported(report(VenueOrderState.OPEN, remaining=4))

    assert reported.reported(report(VenueOrderState.OPEN, remaining=10)).venue_filled == 6


@pytest.mark.parametrize(
    ("known", "size", "state"),
    [
        (OrderState.PENDING, 4, OrderState.OPEN),
        (OrderState.UNKNOWN, 4, OrderState.OPEN),
        (OrderState.NEVER_LANDED, 4, OrderState.OPEN),
        (OrderState.CANCELLED, 4, OrderState.CANCELLED),
        (OrderState.TRIGGERED, 4, OrderState.TRIGGERED),
        (OrderState.OPEN, 10, OrderState.FILLED),
        (OrderState.UNKNOWN, 10, OrderState.FILLED),
    ],
)
def test_a_trade_proves_that_the_order_landed(
    known: OrderState, size: int, state: OrderState
) -> None:
    booked = order(known).booked(trade(size))

    assert booked.state is state
    assert booked.filled == booked.venue_filled == size
    assert booked.order_id == 9


HALTED, UNKNOWN = RefusalCause.TRADING_HALTED, RefusalCause.UNKNOWN


def test_an_order_has_the_cause_of_its_refusal_or_its_end() -> None:
    rejected = answer(AnswerKind.REJECTED).model_copy(update={"cause": HALTED})
    cancelled = report(VenueOrderState.CANCELLED).model_copy(update={"cause": UNKNOWN})

    assert order().answered(rejected).cause is HALTED
    assert order(OrderState.OPEN).reported(cancelled).cause is UNKNOWN
    assert order().after(Signal.PROVED_DEAD, HALTED).cause is HALTED


def test_the_cause_of_one_copy_stays_until_something_else_is_known() -> None:
    doubtful = order().after(Signal.OUTCOME_UNKNOWN, HALTED)

    assert doubtful.cause is doubtful.after(Signal.OUTCOME_UNKNOWN).cause is HALTED
    assert doubtful.after(Signal.PROVED_DEAD).cause is HALTED
    assert doubtful.after(Signal.PROVED_DEAD, UNKNOWN).cause is UNKNOWN
    assert doubtful.answered(answer(AnswerKind.RESTING)).cause is None
    assert doubtful.reported(report(VenueOrderState.CANCELLED)).cause is None
    assert doubtful.booked(trade(4)).cause is None


def test_a_late_trade_leaves_the_cause_of_the_end_and_a_late_refusal_none() -> None:
    ended = report(VenueOrderState.CANCELLED, 6).model_copy(update={"cause": HALTED})
    late = answer(AnswerKind.REJECTED).model_copy(update={"cause": UNKNOWN})
    cancelled = order(OrderState.OPEN).reported(ended)

    assert cancelled.booked(trade(4)).cause is HALTED
    assert cancelled.answered(late).cause is HALTED
    assert order(OrderState.OPEN).answered(late).cause is None


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("state", OrderState)
def test_what_works_or_has_traded_was_not_refused(state: OrderState, signal: Signal) -> None:
    after = order(state).after(signal, HALTED)

    may_have = after.state.is_over or after.state is OrderState.UNKNOWN
    assert after.cause is None or (may_have and after.state is not OrderState.FILLED)


def test_trades_are_told_apart_by_trade_and_order() -> None:
    booked = order().booked(trade(1, trade_id=1, order_id=9))

    assert booked.has(trade(1, trade_id=1, order_id=9))
    assert not booked.has(trade(1, trade_id=2, order_id=9))
    assert not booked.has(trade(1, trade_id=1, order_id=10))


@pytest.mark.parametrize("state", OrderState)
def test_what_may_still_trade(state: OrderState) -> None:
    booked = replace(order().booked(trade(4)), state=state)

    assert booked.remaining == (0 if state.is_over else 6)


@pytest.mark.parametrize(
    ("state", "venue_filled", "booked", "is_settled"),
    [
        (OrderState.OPEN, 4, 4, False),
        (OrderState.UNKNOWN, 0, 0, False),
        (OrderState.UNRECOGNISED, 4, 4, False),
        (OrderState.FILLED, 10, 10, True),
        (OrderState.FILLED, 10, 4, False),
        (OrderState.FILLED, 0, 0, False),
        (OrderState.CANCELLED, 0, 0, True),
        (OrderState.CANCELLED, 4, 0, False),
        (OrderState.CANCELLED, 4, 4, True),
        (OrderState.REJECTED, 0, 0, True),
        (OrderState.NEVER_LANDED, 0, 0, True),
    ],
)
def test_settled_is_over_with_every_trade_booked(
    state: OrderState, venue_filled: int, booked: int, is_settled: bool
) -> None:
    known = order().booked(trade(booked)) if booked else order()
    ended = replace(known, state=state, venue_filled=Decimal(venue_filled))

    assert ended.is_settled is is_settled
