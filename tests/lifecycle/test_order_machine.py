"""The table of an order's states and signals, and what holds whatever is said in what order."""

from collections.abc import Callable
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.lifecycles import START, LifecycleBuilder
from trader.lifecycle.event import Event
from trader.lifecycle.fold import fold
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import (
    AnsweredOrder,
    IntentDied,
    IntentUnknown,
    OrderForgotten,
    OrdersAnswered,
    OrdersIntended,
)
from trader.lifecycle.order_machine import (
    IMPOSSIBLE,
    STALE,
    TRANSITIONS,
    Impossible,
    state_after,
    transition,
)
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Leg, OrderState
from trader.orders.anomalies import with_anomalies
from trader.orders.following import VenueFacts, follow
from trader.venues.instrument import Side
from trader.venues.orders import (
    AnswerKind,
    Fill,
    OrderAnswer,
    OrderReport,
    TimeInForce,
    VenueOrderState,
)

Pair = tuple[OrderState, Signal]

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


def entry(builder: LifecycleBuilder) -> Order:
    return builder.lifecycle.orders_of(Leg.ENTRY)[-1]


def intended(time_in_force: TimeInForce = TimeInForce.GTC) -> LifecycleBuilder:
    """An entry of size 1 is about to be sent."""
    builder = LifecycleBuilder().accepted().triggered().intended()
    _, event = builder.lifecycle.history[-1]
    assert isinstance(event, OrdersIntended)
    (order,) = event.orders
    request = order.request.model_copy(update={"time_in_force": time_in_force})
    orders = (order.model_copy(update={"request": request}),)
    fresh = LifecycleBuilder().accepted().triggered()
    return fresh.event(event.model_copy(update={"orders": orders}))


def unknown(builder: LifecycleBuilder) -> LifecycleBuilder:
    intent_id = entry(builder).intent_id
    return builder.event(IntentUnknown(intent_id=intent_id, error="timeout", reason="?"))


def died(builder: LifecycleBuilder) -> LifecycleBuilder:
    order = entry(builder)
    return builder.event(
        IntentDied(intent_id=order.intent_id, cloids=(order.cloid,), proof="noop", reason="dead")
    )


def forgotten(builder: LifecycleBuilder) -> LifecycleBuilder:
    return builder.event(OrderForgotten(cloid=entry(builder).cloid, leg=Leg.ENTRY, reason="gone"))


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


@pytest.mark.parametrize("pair", sorted((TRANSITIONS | IMPOSSIBLE).keys() - UNREACHABLE), ids=str)
def test_every_row_of_the_table_is_what_its_events_lead_to(pair: Pair) -> None:
    state, signal = pair
    is_immediate = signal is Signal.ANSWERED_REST_CANCELLED
    builder = IN_STATE[state](intended(TimeInForce.IOC if is_immediate else TimeInForce.GTC))
    assert entry(builder).state is state

    assert entry(SAID[signal](builder)).state is (TRANSITIONS | IMPOSSIBLE)[pair]


lots = st.integers(0, 10).map(lambda number: number * Decimal("0.1"))


class OrderStates(RuleBasedStateMachine):
    """One order of size 1, of which anything is said at any time, by the code that records it."""

    @initialize(time_in_force=st.sampled_from([TimeInForce.GTC, TimeInForce.IOC]))
    def begin(self, time_in_force: TimeInForce) -> None:
        self.builder = intended(time_in_force)
        self.traded: dict[int, Decimal] = {}
        self.filled = Decimal(0)

    @property
    def order(self) -> Order:
        return entry(self.builder)

    @rule(kind=st.sampled_from(AnswerKind), filled=lots)
    def answers(self, kind: AnswerKind, filled: Decimal) -> None:
        answer = OrderAnswer(kind=kind, order_id=101, filled_size=filled, text="said")
        now, order = self.builder.now, self.order
        event = OrdersAnswered(
            intent_id=order.intent_id,
            answers=(AnsweredOrder(cloid=order.cloid, answer=answer),),
            sent_at=now,
            answered_at=now,
            reason=f"answered {kind} {filled}",
        )
        self.say(order.signal_of(answer), with_anomalies(self.builder.lifecycle, event))

    @rule(state=st.sampled_from(VenueOrderState), remaining=lots, is_old=st.booleans())
    def reports(self, state: VenueOrderState, remaining: Decimal, is_old: bool) -> None:
        report = OrderReport(
            cloid=self.order.cloid,
            order_id=101,
            symbol="BTC",
            side=Side.BUY,
            state=state,
            venue_status=str(state),
            original_size=Decimal(1),
            remaining_size=remaining,
            reported_at=START if is_old else self.builder.now,
        )
        facts = VenueFacts({self.order.cloid: report})
        self.say(self.order.signal_of(report), self.told(facts))
        self.told_again(facts)

    @rule(size=lots.filter(bool), number=st.integers(1, 6))
    def trades(self, size: Decimal, number: int) -> None:
        is_known = number in self.traded
        size = self.traded.setdefault(number, size)
        fill = Fill(
            trade_id=number,
            order_id=101,
            cloid=self.order.cloid,
            symbol="BTC",
            side=Side.BUY,
            price=Decimal(30000),
            size=size,
            fee=Decimal(0),
            fee_token="USDC",
            is_taker=True,
            realised=Decimal(0),
            position_before=Decimal(0),
            traded_at=self.builder.now,
        )
        facts = VenueFacts(fills=(fill,))
        if not is_known:
            self.say(self.order.signal_of(fill), self.told(facts))
        assert self.told(facts) == ()

    @rule()
    def nobody_knows(self) -> None:
        before = self.order.state
        unknown(self.builder)
        assert self.order.state is state_after(before, Signal.OUTCOME_UNKNOWN)

    @rule()
    def is_proved_dead(self) -> None:
        order = self.order
        event = IntentDied(
            intent_id=order.intent_id, cloids=(order.cloid,), proof="noop", reason="dead"
        )
        self.say(Signal.PROVED_DEAD, with_anomalies(self.builder.lifecycle, event))

    @rule()
    def is_forgotten(self) -> None:
        facts = VenueFacts(forgotten=frozenset({self.order.cloid}))
        self.say(Signal.FORGOTTEN, self.told(facts))
        assert self.told(facts) == ()

    def told(self, facts: VenueFacts) -> tuple[Event, ...]:
        return follow(self.builder.lifecycle, facts, self.builder.now)

    def told_again(self, facts: VenueFacts) -> None:
        """One more report may take an order that was opened again at its word; then it is known."""
        again = self.told(facts)
        if again:
            assert self.order.state is OrderState.UNRECOGNISED
            self.builder.event(*again)
        assert self.told(facts) == ()

    def say(self, signal: Signal, events: tuple[Event, ...]) -> None:
        before = self.order
        self.builder.event(*events)
        step = transition(before.state, signal)
        anomalies = self.order.anomalies[len(before.anomalies) :]
        if isinstance(step, Impossible):
            assert self.order.state is step.goes_on_as
            assert len(anomalies) == 1 or not events
        else:
            assert self.order.state is step
            assert anomalies == ()

    @invariant()
    def the_size_is_what_has_traded_and_what_may_still_trade(self) -> None:
        if hasattr(self, "builder") and not self.order.state.is_over:
            assert self.order.remaining > 0
            assert self.order.filled + self.order.remaining == self.order.request.size

    @invariant()
    def every_trade_is_booked_once_and_for_ever(self) -> None:
        if hasattr(self, "builder"):
            assert self.order.filled == sum(self.traded.values(), Decimal(0)) >= self.filled
            assert self.order.state is OrderState.FILLED or self.order.filled < 1
            self.filled = self.order.filled

    @invariant()
    def no_anomaly_is_recorded_twice(self) -> None:
        if hasattr(self, "builder"):
            anomalies = [event.model_dump_json() for event in self.order.anomalies]
            assert len(set(anomalies)) == len(anomalies)

    @invariant()
    def the_strands_alone_give_the_same_order(self) -> None:
        if hasattr(self, "builder"):
            assert fold(self.builder.strands) == self.builder.lifecycle


TestOrderStates = OrderStates.TestCase
TestOrderStates.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
