from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from tests.lifecycle.histories import histories
from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan, a_quote, covered
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import (
    CancelSent,
    IntentDied,
    IntentUnknown,
    OrderFilled,
)
from trader.lifecycle.plan_events import (
    CancelRequested,
    ConditionArmed,
    PlanCancelled,
    PlanExpired,
)
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.position_events import PositionChanged
from trader.lifecycle.stage import ExitReason, Leg, OrderState, Outcome, Stage
from trader.performance.analyzer import PerformanceAnalyzer
from trader.risk.control import Control
from trader.risk.events import EntryDenied
from trader.streams.encoding import Head, to_strands
from trader.streams.event import Event, Label
from trader.streams.stream import BrokenStream
from trader.venues.orders import AnswerKind, VenueOrderState

INTENT = "lifecycle-1/entry-1"
PROTECTION = "lifecycle-1/stop-1+target-1"


def accepted() -> LifecycleBuilder:
    return LifecycleBuilder().accepted()


def intended() -> LifecycleBuilder:
    return accepted().triggered().intended()


def denied(is_final: bool) -> EntryDenied:
    return EntryDenied(
        control=Control.STALE_PRICE, limit="10 s", value="30 s", is_final=is_final, reason="stale"
    )


def cancel(close_position: bool = True) -> CancelRequested:
    return CancelRequested(requested_by="ops", close_position=close_position, reason="asked")


def analysed(builder: LifecycleBuilder) -> LifecycleBuilder:
    return builder.event(PerformanceAnalyzer().analyze(builder.lifecycle))


def entry_state(lifecycle: Lifecycle) -> OrderState:
    return lifecycle.orders_of(Leg.ENTRY)[-1].state


@pytest.mark.parametrize(
    ("write", "stage", "outcome"),
    [
        (lambda b: b.accepted(), Stage.MONITOR, None),
        (lambda b: b.refused(), Stage.DONE, Outcome.REFUSED),
        (lambda b: b.accepted().triggered(), Stage.PLACE, None),
        (lambda b: b.accepted().triggered().event(denied(True)), Stage.DONE, Outcome.DENIED),
        (lambda b: b.accepted().triggered().event(denied(False)), Stage.MONITOR, None),
        (
            lambda b: b.accepted().event(PlanExpired(valid_until=START, reason="late")),
            Stage.DONE,
            Outcome.EXPIRED,
        ),
        (
            lambda b: b.accepted().event(PlanCancelled(requested_by="ops", reason="asked")),
            Stage.DONE,
            Outcome.CANCELLED,
        ),
        (lambda b: b.accepted().event(cancel()), Stage.MONITOR, None),
        (lambda b: b.accepted().triggered().intended(), Stage.TRACK, None),
        (lambda b: b.entered(), Stage.TRACK, None),
        (lambda b: b.entered().left("30600"), Stage.ANALYZE, Outcome.CLOSED),
        (lambda b: analysed(b.entered().left("30600")), Stage.DONE, Outcome.CLOSED),
    ],
)
def test_where_a_plan_is_after_its_events(
    write: Callable[[LifecycleBuilder], LifecycleBuilder], stage: Stage, outcome: Outcome | None
) -> None:
    lifecycle = write(LifecycleBuilder()).lifecycle

    assert (lifecycle.stage, lifecycle.outcome) == (stage, outcome)


def test_acceptance_keeps_the_plan_its_source_and_its_approval() -> None:
    approved_at = START - timedelta(minutes=1)
    lifecycle = LifecycleBuilder(a_plan(plan_id="p")).accepted(approved_at).lifecycle

    assert lifecycle.plan == a_plan(plan_id="p")
    assert (lifecycle.plan_id, lifecycle.source_id) == ("p", "source-of-lifecycle-1")
    assert lifecycle.approved_at == approved_at


def test_a_refusal_has_no_plan() -> None:
    lifecycle = LifecycleBuilder().refused().lifecycle

    assert lifecycle.plan is None
    assert lifecycle.source_id == "source-of-lifecycle-1"


def test_armed_legs_add_up() -> None:
    builder = accepted()
    for leg in ("0", "1", "0"):
        builder.event(ConditionArmed(legs=(leg,), quote=a_quote(), reason="seen below"))

    assert builder.lifecycle.armed == {"0", "1"}


def test_a_trigger_is_kept_until_the_entry_is_denied_for_now() -> None:
    builder = accepted().triggered(mid="30001")
    triggered = builder.lifecycle
    denied_for_now = builder.event(denied(is_final=False)).lifecycle

    assert triggered.trigger is not None
    assert triggered.triggered_at == START + SECOND
    assert (denied_for_now.trigger, denied_for_now.triggered_at) == (None, None)


def test_a_rearmed_entry_waits_and_has_seen_what_it_has_seen() -> None:
    builder = accepted().event(ConditionArmed(legs=("0",), quote=a_quote(), reason="seen"))
    cloid = builder.triggered().intended().lifecycle.orders_of(Leg.ENTRY)[0].cloid
    builder.event(IntentDied(intent_id=INTENT, cloids=(cloid,), proof="noop", reason="dead"))
    at = builder.now
    lifecycle = builder.rearmed(wait=4 * SECOND).lifecycle

    assert (lifecycle.stage, lifecycle.trigger, lifecycle.armed) == (Stage.MONITOR, None, {"0"})
    assert lifecycle.held_until == at + 4 * SECOND
    assert lifecycle.attempts(Leg.ENTRY) == 1


def test_what_kept_a_plan_from_its_entry_is_counted_by_cause() -> None:
    builder = accepted()
    builder.triggered().event(denied(is_final=False))
    builder.triggered().rearmed("never_landed")
    builder.triggered().event(denied(is_final=False))
    assert builder.lifecycle.rearmings == {"stale_price": 2, "never_landed": 1}

    ended = builder.triggered().event(denied(is_final=True)).lifecycle
    assert sum(ended.rearmings.values()) == 3


def test_an_intent_is_unanswered_until_its_answer() -> None:
    builder = intended()
    assert builder.lifecycle.unanswered == {INTENT}
    assert entry_state(builder.lifecycle) is OrderState.PENDING

    builder.answered()
    assert builder.lifecycle.unanswered == frozenset()
    assert entry_state(builder.lifecycle) is OrderState.OPEN


def test_an_answer_of_unknown_form_leaves_the_intent_unanswered() -> None:
    lifecycle = intended().answered(AnswerKind.UNRECOGNISED).lifecycle

    assert entry_state(lifecycle) is OrderState.UNKNOWN
    assert lifecycle.unanswered == {INTENT}


def test_an_answer_after_the_proof_of_death_brings_the_doubt_back() -> None:
    builder = intended()
    cloids = builder.lifecycle.doubtful(INTENT)
    builder.event(IntentDied(intent_id=INTENT, cloids=cloids, proof="noop", reason="dead"))
    assert builder.lifecycle.unanswered == frozenset()

    lifecycle = builder.answered(AnswerKind.UNRECOGNISED).lifecycle
    assert entry_state(lifecycle) is OrderState.UNKNOWN
    assert lifecycle.unanswered == {INTENT}


@pytest.mark.parametrize(
    ("prove", "state"),
    [
        (lambda b: b.reported(VenueOrderState.OPEN, remaining="1"), OrderState.OPEN),
        (lambda b: b.reported(VenueOrderState.REJECTED), OrderState.REJECTED),
        (lambda b: b.filled(), OrderState.FILLED),
        (lambda b: b.answered(), OrderState.OPEN),
        (
            lambda b: b.event(
                IntentDied(
                    intent_id=INTENT,
                    cloids=b.lifecycle.doubtful(INTENT),
                    proof="the noop was accepted",
                    reason="dead",
                )
            ),
            OrderState.NEVER_LANDED,
        ),
    ],
)
def test_an_unknown_order_stays_unknown_until_proof(
    prove: Callable[[LifecycleBuilder], LifecycleBuilder], state: OrderState
) -> None:
    builder = intended().event(IntentUnknown(intent_id=INTENT, error="timeout", reason="?"))
    assert entry_state(builder.lifecycle) is OrderState.UNKNOWN
    assert builder.lifecycle.unanswered == {INTENT}

    lifecycle = prove(builder).lifecycle
    assert entry_state(lifecycle) is state
    assert lifecycle.unanswered == frozenset()


def test_doubt_touches_only_the_orders_that_are_in_doubt() -> None:
    builder = intended().filled().intended(Leg.STOP, Leg.TARGET, trigger="29000")
    builder.reported(VenueOrderState.OPEN, Leg.STOP, remaining="1")
    builder.event(IntentUnknown(intent_id=PROTECTION, error="timeout", reason="?"))
    stop, target = builder.lifecycle.orders_of(Leg.STOP, Leg.TARGET)

    assert (stop.state, target.state) == (OrderState.OPEN, OrderState.UNKNOWN)
    assert builder.lifecycle.doubtful(PROTECTION) == (target.cloid,)
    assert builder.lifecycle.unanswered == {PROTECTION}


def test_a_cancel_that_the_venue_refused_was_not_sent() -> None:
    builder = intended().intended(Leg.STOP, trigger="29000")
    entry, stop = (order.cloid for order in builder.lifecycle.orders.values())
    event = CancelSent(
        asked_at=START, cloids=(entry, stop), answers=("", "already filled"), reason="no more"
    )
    orders = builder.event(event).lifecycle.orders

    assert orders[entry].cancel_sent
    assert not orders[stop].cancel_sent


def test_wishes_are_kept() -> None:
    lifecycle = intended().event(cancel()).leaving(ExitReason.CANCELLED).lifecycle

    assert lifecycle.cancel == cancel()
    assert lifecycle.exit_reason is ExitReason.CANCELLED


def test_a_strand_that_only_informs_changes_nothing_but_the_history() -> None:
    builder = intended().filled()
    before = builder.lifecycle
    position = before.position
    after = builder.event(
        PositionChanged(
            size=position.size,
            entry_price=position.entry_price,
            realised=position.realised,
            fees=position.fees,
            traded=position.traded,
            reason="1 at 30000",
        )
    ).lifecycle

    assert (after.stage, after.orders, after.position) == (
        before.stage, before.orders, before.position,
    )  # fmt: skip
    assert after.seq == before.seq + 1


def test_orders_by_leg_and_what_they_cover() -> None:
    builder = intended().answered().filled(size="0.4")
    builder.intended(Leg.STOP, Leg.TARGET, size="0.4", trigger="29000").answered()
    lifecycle = builder.filled("29000", "0.1", Leg.STOP).lifecycle

    assert [order.leg for order in lifecycle.orders.values()] == [Leg.ENTRY, Leg.STOP, Leg.TARGET]
    assert [order.leg for order in lifecycle.working(Leg.ENTRY, Leg.STOP)] == [Leg.ENTRY, Leg.STOP]
    assert str(covered(lifecycle, Leg.STOP)) == "0.3"
    assert str(covered(lifecycle, Leg.TARGET)) == "0.4"
    assert str(lifecycle.position.size) == "0.3"
    assert len(lifecycle.unsettled()) == 3


@settings(max_examples=60, deadline=None)
@given(histories)
def test_the_same_strands_give_the_same_lifecycle(builder: LifecycleBuilder) -> None:
    assert PLANS.fold(builder.strands) == PLANS.fold(builder.strands) == builder.lifecycle


@settings(max_examples=60, deadline=None)
@given(histories)
def test_a_trade_booked_twice_changes_nothing(builder: LifecycleBuilder) -> None:
    before = builder.filled("30000", "0.01").lifecycle
    events = [event for _, event in before.history if isinstance(event, OrderFilled)]
    after = builder.event(*events).lifecycle

    assert after.orders == before.orders
    assert after.position == before.position
    assert after.unanswered == before.unanswered


@settings(max_examples=60, deadline=None)
@given(histories)
def test_the_position_is_what_the_orders_traded(builder: LifecycleBuilder) -> None:
    lifecycle = builder.lifecycle
    traded = sum(order.request.side.sign * order.filled for order in lifecycle.orders.values())

    assert lifecycle.position.size == traded


@settings(max_examples=60, deadline=None)
@given(histories)
def test_an_answered_intent_holds_no_doubt(builder: LifecycleBuilder) -> None:
    lifecycle = builder.lifecycle
    in_doubt = {intent_id for intent_id in lifecycle.intents if lifecycle.doubtful(intent_id)}

    assert in_doubt <= lifecycle.unanswered


def test_no_strands_are_no_lifecycle() -> None:
    assert PLANS.fold(()) is None


def test_a_missing_strand_is_noticed() -> None:
    strands = intended().strands

    with pytest.raises(BrokenStream, match="lifecycle-1: expected seq 1, was 2"):
        PLANS.fold((strands[0], strands[2]))


def test_a_strand_folded_twice_is_noticed() -> None:
    builder = intended()

    with pytest.raises(BrokenStream, match="expected seq 3, was 2"):
        PLANS.advance(builder.lifecycle, PLANS.read(builder.strands[-1:]))


def test_a_lifecycle_begins_with_a_plan() -> None:
    trigger = replace(accepted().triggered().strands[1], seq=0)

    with pytest.raises(BrokenStream, match="begins with EntryTriggered, not with a plan"):
        PLANS.fold([trigger])


def test_an_order_that_no_strand_intended_is_noticed() -> None:
    entered = LifecycleBuilder().entered()
    without_intent = [
        replace(strand, seq=seq)
        for seq, strand in enumerate(s for s in entered.strands if s.seq != 2)
    ]

    with pytest.raises(
        BrokenStream, match=r"lifecycle-1, seq 2: OrdersAnswered speaks of '0x[0-9a-f]+', which"
    ):
        PLANS.fold(without_intent)


def test_a_strand_of_no_lifecycle_begins_none() -> None:
    with pytest.raises(BrokenStream, match="lifecycle None begins with PlanAccepted"):
        PLANS.fold([replace(accepted().strands[0], lifecycle_id=None)])


def test_history_keeps_every_event_with_its_time() -> None:
    events: list[Event] = [event for _, event in intended().lifecycle.history]
    strands = to_strands(events, Head("other", -1, None), Label(), START)

    assert [strand.content["event"] for strand in strands] == [
        "plan_accepted", "entry_triggered", "orders_intended",
    ]  # fmt: skip
    assert [at for at, _ in intended().lifecycle.history] == [START + n * SECOND for n in range(3)]
