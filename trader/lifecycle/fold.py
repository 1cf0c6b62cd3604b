"""How each event changes a lifecycle. Pure: the same events give the same state."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import singledispatch

from trader.lifecycle.analysis_events import PlanAnalyzed
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import DOUBTFUL, Order
from trader.lifecycle.order_events import (
    CancelSent,
    ExitDecided,
    IntentDied,
    IntentUnknown,
    NonceFoundUsed,
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
    EntryRearmed,
    EntrySetApart,
    EntryTriggered,
    PlanAccepted,
    PlanCancelled,
    PlanExpired,
    PlanRefused,
)
from trader.lifecycle.position_events import ExecutionFinished, PositionNetted, PositionUnprotected
from trader.lifecycle.protection_watch import watched
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Outcome, Stage
from trader.positions.position import Netting
from trader.risk.events import EntryDenied
from trader.streams.event import Event


def apply_all(lifecycle: Lifecycle, events: Iterable[Event], at: datetime) -> Lifecycle:
    """The lifecycle as these events leave it."""
    for event in events:
        lifecycle = watched(event, lifecycle, apply(event, lifecycle, at), at)
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
    return _held_back(lifecycle, event.control, event.wait, at)


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
    answered = [lifecycle.orders[item.cloid].answered(item.answer) for item in event.answers]
    return _with_answer(lifecycle, event.intent_id, answered)


@apply.register
def _(event: IntentUnknown, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    cloids = [order.request.cloid for order in lifecycle.intents[event.intent_id].orders]
    return _with_orders(
        lifecycle,
        [lifecycle.orders[c].after(Signal.OUTCOME_UNKNOWN, event.cause) for c in cloids],
    )


@apply.register
def _(event: NonceFoundUsed, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, used_nonces={**lifecycle.used_nonces, event.intent_id: at})


@apply.register
def _(event: IntentDied, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    dead = [
        replace(
            lifecycle.orders[cloid].after(Signal.PROVED_DEAD, event.cause),
            died_with_others=event.with_others,
        )
        for cloid in event.cloids
    ]
    return _with_answer(lifecycle, event.intent_id, dead)


@apply.register
def _(event: OrderReported, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid].reported(event.report)
    if order.state.is_over:
        order = replace(order, ended_at=at)
    return _with_answer(lifecycle, order.intent_id, [order])


@apply.register
def _(event: OrderForgotten, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid].forgotten()
    return _with_orders(lifecycle, [replace(order, ended_at=at)])


@apply.register
def _(event: OrderFilled, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid]
    if order.has(event.fill):
        return lifecycle
    booked = order.booked(event.fill)
    return _with_answer(lifecycle, booked.intent_id, [booked])


@apply.register
def _(event: OrderAnomaly, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    order = lifecycle.orders[event.cloid]
    return _with_orders(lifecycle, [replace(order, anomalies=(*order.anomalies, event))])


@apply.register
def _(event: CancelSent, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    sent = [
        replace(lifecycle.orders[cloid], cancel_sent=True)
        for cloid, answer in zip(event.cloids, event.answers, strict=True)
        if not answer
    ]
    return _with_orders(lifecycle, sent)


@apply.register
def _(event: ExitDecided, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, exit_reason=event.why)


@apply.register
def _(event: EntrySetApart, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.PLACE)


@apply.register
def _(event: EntryRearmed, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return _held_back(lifecycle, event.cause, event.wait, at)


@apply.register
def _(event: PositionNetted, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    netting = Netting(at, event.size, event.price)
    return replace(lifecycle, nettings=(*lifecycle.nettings, netting))


@apply.register
def _(event: PositionUnprotected, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    known = lifecycle.unprotected
    return lifecycle if known is None else replace(lifecycle, unprotected=known.told())


@apply.register
def _(event: ExecutionFinished, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.ANALYZE, outcome=event.outcome)


@apply.register
def _(event: PlanAnalyzed, lifecycle: Lifecycle, at: datetime) -> Lifecycle:
    return replace(lifecycle, stage=Stage.DONE, analysis=event)


def _held_back(lifecycle: Lifecycle, cause: str, wait: timedelta, at: datetime) -> Lifecycle:
    """Waiting for its condition again; what a breakout has seen so far it has seen."""
    times = lifecycle.rearmings.get(cause, 0)
    return replace(
        lifecycle,
        stage=Stage.MONITOR,
        trigger=None,
        triggered_at=None,
        rearmings={**lifecycle.rearmings, cause: times + 1},
        held_until=at + wait,
    )


def _with_orders(lifecycle: Lifecycle, orders: Iterable[Order]) -> Lifecycle:
    return replace(lifecycle, orders=_changed(lifecycle.orders, orders))


def _with_answer(lifecycle: Lifecycle, intent_id: str, orders: Iterable[Order]) -> Lifecycle:
    """With these orders; their intent counts as answered once none of its orders is in doubt."""
    after = _changed(lifecycle.orders, orders)
    of_intent = (order for order in after.values() if order.intent_id == intent_id)
    doubt = {intent_id} if any(order.state in DOUBTFUL for order in of_intent) else set()
    unanswered = (lifecycle.unanswered - {intent_id}) | doubt
    return replace(lifecycle, orders=after, unanswered=unanswered)


def _changed(known: Mapping[str, Order], orders: Iterable[Order]) -> dict[str, Order]:
    return {**known, **{order.cloid: order for order in orders}}
