"""The table of an order's states and signals, and the events that lead along each of its rows."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.lifecycle.one_order import died, entry, forgotten, intended, unknown
from tests.support.lifecycles import START, LifecycleBuilder
from trader.lifecycle.order_machine import (
    IMPOSSIBLE,
    STALE,
    TRANSITIONS,
    Impossible,
    state_after,
    transition,
)
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import OrderState
from trader.venues.orders import AnswerKind, TimeInForce, VenueOrderState

Pair = tuple[OrderState, Signal]

ALL = {**TRANSITIONS, **IMPOSSIBLE}

UNREACHABLE = {
    (state, Signal.REPORTED_REOPENED)
    for state in OrderState
    if not state.is_over or state is OrderState.NEVER_LANDED
}
"""What has not ended, or has no end that the venue dated, cannot be opened again."""


def test_every_pair_is_legal_or_declared_impossible() -> None:
    assert TRANSITIONS.keys() | IMPOSSIBLE.keys() == set(product(OrderState, Signal))
    assert not TRANSITIONS.keys() & IMPOSSIBLE.keys()


def test_late_news_changes_nothing() -> None:
    assert STALE
    assert all(TRANSITIONS[state, signal] is state for state, signal in STALE)


def test_an_order_that_is_over_stays_over_but_for_these() -> None:
    exceptions = {
        (state, signal): to
        for (state, signal), to in TRANSITIONS.items()
        if state.is_over and to is not state
    }
    assert exceptions == {
        (OrderState.CANCELLED, Signal.TRADED_IN_FULL): OrderState.FILLED,
        (OrderState.NEVER_LANDED, Signal.ANSWERED_REJECTED): OrderState.REJECTED,
        (OrderState.NEVER_LANDED, Signal.REPORTED_REJECTED): OrderState.REJECTED,
        (OrderState.NEVER_LANDED, Signal.ANSWERED_UNRECOGNISED): OrderState.UNKNOWN,
    }


@pytest.mark.parametrize("signal", Signal)
def test_a_filled_order_stays_filled_whatever_is_said(signal: Signal) -> None:
    assert state_after(OrderState.FILLED, signal) is OrderState.FILLED


@pytest.mark.parametrize("state", OrderState)
def test_only_proof_or_the_venues_word_ends_a_doubt(state: OrderState) -> None:
    for signal in (Signal.OUTCOME_UNKNOWN, Signal.FORGOTTEN):
        after = state_after(state, signal)
        assert state not in (OrderState.PENDING, OrderState.UNKNOWN) or not after.is_over


@pytest.mark.parametrize("state", [OrderState.REJECTED, OrderState.NEVER_LANDED])
@pytest.mark.parametrize(
    "signal", [Signal.TRADED_IN_PART, Signal.TRADED_IN_FULL, Signal.ANSWERED_RESTING]
)
def test_an_order_that_lives_after_all_is_watched(state: OrderState, signal: Signal) -> None:
    after = transition(state, signal)

    assert isinstance(after, Impossible)
    assert after.goes_on_as in (OrderState.OPEN, OrderState.FILLED)


IN_STATE: dict[OrderState, Callable[[LifecycleBuilder], LifecycleBuilder]] = {
    OrderState.PENDING: lambda b: b,
    OrderState.UNKNOWN: unknown,
    OrderState.OPEN: lambda b: b.answered(),
    OrderState.TRIGGERED: lambda b: b.reported(VenueOrderState.TRIGGERED, remaining="1"),
    OrderState.FILLED: lambda b: b.reported(VenueOrderState.FILLED),
    OrderState.CANCELLED: lambda b: b.reported(VenueOrderState.CANCELLED, remaining="1"),
    OrderState.REJECTED: lambda b: b.reported(VenueOrderState.REJECTED, remaining="1"),
    OrderState.NEVER_LANDED: died,
    OrderState.UNRECOGNISED: lambda b: b.reported(VenueOrderState.UNRECOGNISED, remaining="1"),
}


def reported(state: VenueOrderState) -> Callable[[LifecycleBuilder], LifecycleBuilder]:
    return lambda b: b.reported(state, reported_at=START)


SAID: dict[Signal, Callable[[LifecycleBuilder], LifecycleBuilder]] = {
    Signal.ANSWERED_RESTING: lambda b: b.answered(),
    Signal.ANSWERED_FILLED: lambda b: b.answered(AnswerKind.FILLED, filled="1"),
    Signal.ANSWERED_FILLED_IN_PART: lambda b: b.answered(AnswerKind.FILLED, filled="0.4"),
    Signal.ANSWERED_REST_CANCELLED: lambda b: b.answered(AnswerKind.FILLED, filled="0.4"),
    Signal.ANSWERED_REJECTED: lambda b: b.answered(AnswerKind.REJECTED),
    Signal.ANSWERED_UNRECOGNISED: lambda b: b.answered(AnswerKind.UNRECOGNISED),
    Signal.REPORTED_OPEN: reported(VenueOrderState.OPEN),
    Signal.REPORTED_TRIGGERED: reported(VenueOrderState.TRIGGERED),
    Signal.REPORTED_FILLED: reported(VenueOrderState.FILLED),
    Signal.REPORTED_CANCELLED: reported(VenueOrderState.CANCELLED),
    Signal.REPORTED_REJECTED: reported(VenueOrderState.REJECTED),
    Signal.REPORTED_UNRECOGNISED: reported(VenueOrderState.UNRECOGNISED),
    Signal.REPORTED_REOPENED: lambda b: b.reported(VenueOrderState.OPEN, remaining="1"),
    Signal.FORGOTTEN: forgotten,
    Signal.TRADED_IN_PART: lambda b: b.filled(size="0.4"),
    Signal.TRADED_IN_FULL: lambda b: b.filled(size="1"),
    Signal.TRADED_TOO_MUCH: lambda b: b.filled(size="1.5"),
    Signal.OUTCOME_UNKNOWN: unknown,
    Signal.PROVED_DEAD: died,
}


@pytest.mark.parametrize("pair", sorted(ALL.keys() - UNREACHABLE), ids=str)
def test_every_row_of_the_table_is_what_its_events_lead_to(pair: Pair) -> None:
    state, signal = pair
    is_immediate = signal is Signal.ANSWERED_REST_CANCELLED
    builder = IN_STATE[state](intended(TimeInForce.IOC if is_immediate else TimeInForce.GTC))
    assert entry(builder).state is state

    assert entry(SAID[signal](builder)).state is ALL[pair]
