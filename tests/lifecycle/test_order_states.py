"""Whatever is said of an order, in whatever order: what holds of its state and its trades."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.lifecycle.one_order import death, entry, intended, unknown
from tests.support.lifecycles import START
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import AnsweredOrder, OrdersAnswered
from trader.lifecycle.order_machine import Impossible, state_after, transition
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import OrderState
from trader.orders.anomalies import with_anomalies
from trader.orders.following import VenueFacts, follow
from trader.streams.event import Event
from trader.venues.instrument import Side
from trader.venues.orders import (
    AnswerKind,
    Fill,
    OrderAnswer,
    OrderReport,
    TimeInForce,
    VenueOrderState,
)

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
        event = death(self.builder)
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
            said = {(known.state, known.signal) for known in before.anomalies}
            assert len(anomalies) == 1 or (before.state, signal) in said
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
            assert PLANS.fold(self.builder.strands) == self.builder.lifecycle


TestOrderStates = OrderStates.TestCase
TestOrderStates.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
