"""How each event changes a lifecycle. Pure: the same events give the same state."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import singledispatch

from trader.errors import Permanent
from trader.lifecycle.analysis_events import PlanAnalyzed
from trader.lifecycle.encoding import to_event
from trader.lifecycle.event import Event
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import (
    CancelSent,
    EntryRearmed,
    ExitDecided,
    IntentDied,
    IntentUnknown,
    OrderAnomaly,
    OrderFilled,
    OrderForgotten,
    OrderReported,
    OrdersAnswered,
    OrdersIntended,
)
from trader.lifecycle.plan_events import (
    CancelRequested,
    ConditionArmed,
    EntryDenied,
    EntryTriggered,
    PlanAccepted,
    PlanCancelled,
    PlanExpired,
    PlanRefused,
)
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Outcome, Stage
from trader.strands.strand import Strand


class BrokenLifecycle(Permanent):
    """The strands of a lifecycle do not begin with a plan, or skip a number."""


def fold(strands: Iterable[Strand]) -> Lifecycle | None:
    """The lifecycle that these strands (seq 0, 1, 2, ...) add up to; None for no strands."""
    lifecycle: Lifecycle | None = None
    for strand in strands:
        lifecycle = advance(lifecycle, strand)
    return lifecycle


def advance(lifecycle: Lifecycle | None, strand: Strand) -> Lifecycle:
    """The lifecycle after one more strand. Raises BrokenLifecycle, UnreadableStrand."""
    return advance_by(lifecycle, to_event(strand), strand)


def advance_by(lifecycle: Lifecycle | None, event: Event, strand: Strand) -> Lifecycle:
    """The same when the event that the strand publishes is at hand. Raises BrokenLifecycle."""
    at = strand.created_at
    expected = 0 if lifecycle is None else lifecycle.seq + 1
    if strand.seq != expected:
        raise BrokenLifecycle(
            f"lifecycle {strand.lifecycle_id}: expected seq {expected}, was {strand.seq}"
        )
    before = lifecycle if lifecycle is not None else _begin(event, strand)
    after = apply(event, before, at)
    return replace(
        after,
        seq=expected,
        updated_at=at,
        last_strand_id=strand.id,
        history=(*before.history, (at, event)),
    )


def _begin(event: Event, strand: Strand) -> Lifecycle:
    if not isinstance(event, PlanAccepted | PlanRefused) or strand.lifecycle_id is None:
        raise BrokenLifecycle(
            f"lifecycle {strand.lifecycle_id} begins with {type(event).__name__}, not with a plan"
        )
    return Lifecycle(
        lifecycle_id=strand.lifecycle_id,
        seq=-1,
        stage=Stage.MONITOR,
        created_at=strand.created_at,
        updated_at=strand.created_at,
        last_strand_id=strand.id,
        source_id=event.source_id,
    )


def apply_all(lifecycle: Lifecycle, events: Iterable[Event], at: datetime) -> Lifecycle:
    """The lifecycle as these events will leave it, before they are appended."""
    for event in events:
        lifecycle = apply(event, lifecycle, at)
    return lifecycle


@singledispatch
def apply(event: Event, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    """The lifecycle after one event; events that only inform change nothing."""
    return lifecycle


@apply.register
def _(event: PlanAccepted, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(
        lifecycle, plan=event.plan, plan_id=event.plan.plan_id, approved_at=event.approved_at
    )


@apply.register
def _(event: PlanRefused, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.DONE, outcome=Outcome.REFUSED, plan_id=event.plan_id)


@apply.register
def _(event: ConditionArmed, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, armed=lifecycle.armed | set(event.legs))


@apply.register
def _(event: EntryTriggered, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.PLACE, trigger=event, triggered_at=at)


@apply.register
def _(event: EntryDenied, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    if event.is_final:
        return replace(lifecycle, stage=Stage.DONE, outcome=Outcome.DENIED)
    return replace(lifecycle, stage=Stage.MONITOR, trigger=None, triggered_at=None)


@apply.register
def _(event: PlanExpired, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.DONE, outcome=Outcome.EXPIRED)


@apply.register
def _(event: CancelRequested, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, cancel=event)


@apply.register
def _(event: PlanCancelled, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.DONE, outcome=Outcome.CANCELLED)


@apply.register
def _(event: OrdersIntended, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    orders = {
        order.request.cloid: Order(intended=order, intent_id=event.intent_id)
        for order in event.orders
    }
    return replace(
        lifecycle,
        stage=Stage.TRACK,
        intents={**lifecycle.intents, event.intent_id: event},
        unanswered=lifecycle.unanswered | {event.intent_id},
        orders={**lifecycle.orders, **orders},
    )


@apply.register
def _(event: OrdersAnswered, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    answered = {
        item.cloid: lifecycle.orders[item.cloid].answered(item.answer) for item in event.answers
    }
    after = replace(lifecycle, orders={**lifecycle.orders, **answered})
    return _with_answer(after, event.intent_id)


@apply.register
def _(event: IntentUnknown, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    cloids = [order.request.cloid for order in lifecycle.intents[event.intent_id].orders]
    return _told(lifecycle, cloids, Signal.OUTCOME_UNKNOWN)


@apply.register
def _(event: IntentDied, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    dead = _told(lifecycle, event.cloids, Signal.PROVED_DEAD)
    return _with_answer(dead, event.intent_id)


@apply.register
def _(event: OrderReported, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid].reported(event.report)
    if order.state.is_over:
        order = replace(order, ended_at=at)
    return _with_answer(_with_order(lifecycle, order), order.intent_id)


@apply.register
def _(event: OrderForgotten, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid].forgotten()
    return _with_order(lifecycle, replace(order, ended_at=at))


@apply.register
def _(event: OrderFilled, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid]
    if order.has(event.fill):
        return lifecycle
    booked = order.booked(event.fill)
    return _with_answer(_with_order(lifecycle, booked), booked.intent_id)


@apply.register
def _(event: OrderAnomaly, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid]
    return _with_order(lifecycle, replace(order, anomalies=(*order.anomalies, event)))


@apply.register
def _(event: CancelSent, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    sent = {
        cloid: replace(lifecycle.orders[cloid], cancel_sent=True)
        for cloid, answer in zip(event.cloids, event.answers, strict=True)
        if not answer
    }
    return replace(lifecycle, orders={**lifecycle.orders, **sent})


@apply.register
def _(event: ExitDecided, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, exit_reason=event.why)


@apply.register
def _(event: EntryRearmed, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(
        lifecycle, stage=Stage.MONITOR, trigger=None, triggered_at=None, armed=frozenset()
    )


@apply.register
def _(event: ExecutionFinished, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.ANALYZE, outcome=event.outcome)


@apply.register
def _(event: PlanAnalyzed, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.DONE, analysis=event)


def _with_order(lifecycle: Lifecycle, order: Order) -> Lifecycle:
    return replace(lifecycle, orders={**lifecycle.orders, order.cloid: order})


def _with_answer(lifecycle: Lifecycle, intent_id: str) -> Lifecycle:
    """An intent counts as answered as long as none of its orders is in doubt."""
    others = lifecycle.unanswered - {intent_id}
    doubt = {intent_id} if lifecycle.doubtful(intent_id) else set()
    return replace(lifecycle, unanswered=others | doubt)


def _told(lifecycle: Lifecycle, cloids: Iterable[str], signal: Signal) -> Lifecycle:
    changed = {cloid: lifecycle.orders[cloid].after(signal) for cloid in cloids}
    return replace(lifecycle, orders={**lifecycle.orders, **changed})
