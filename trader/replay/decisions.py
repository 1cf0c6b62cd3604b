"""Makes each recorded decision again from what was recorded with it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import singledispatch

from trader.lifecycle.analysis_events import PlanAnalyzed
from trader.lifecycle.intent_guard import is_decided
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.order_events import (
    CancelSent,
    ExitDecided,
    IntendedOrder,
    OrdersIntended,
)
from trader.lifecycle.plan_events import (
    ConditionArmed,
    EntryRearmed,
    EntrySetApart,
    EntryTriggered,
    PlanCancelled,
    PlanExpired,
)
from trader.lifecycle.position_events import (
    ExecutionFinished,
    HeldByPlan,
    PositionChanged,
    PositionNetted,
    PositionUnprotected,
)
from trader.orders.alarms import unprotected_alarm
from trader.orders.draft import OrderDraft, intent_id_of, number
from trader.orders.entry import decide_entry, end_before_entry, entry_sentence
from trader.orders.exits import exit_draft
from trader.orders.following import position_changed
from trader.orders.monitoring import judge_entry
from trader.orders.netting import netted
from trader.orders.step import Cancel, Exit, Place, Record, Step, next_step
from trader.performance.analyzer import PerformanceAnalyzer
from trader.risk.controls import unlisted
from trader.risk.events import EntryDenied
from trader.streams.event import Event
from trader.venues.hyperliquid.wire import order_action
from trader.venues.instrument import Instrument
from trader.venues.venue import Action

ANY_AGE = timedelta(days=36_500)
"""A recorded quote was fresh enough when it was judged: its age is not judged again."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The lifecycle just before an event, the instrument it traded on, and the event's time."""

    lifecycle: Lifecycle
    instrument: Instrument | None
    at: datetime


@singledispatch
def decide_again(event: Event, moment: Moment) -> Event | None:
    """The event that the same facts lead to now; the event itself when it is an observation.

    None when the facts lead to no such event at all.
    """
    return event


@decide_again.register(ConditionArmed)
@decide_again.register(EntryTriggered)
def _(event: ConditionArmed | EntryTriggered, moment: Moment) -> Event | None:
    plan = plan_of(moment.lifecycle)
    judged = judge_entry(moment.lifecycle, plan, event.quote, moment.at, ANY_AGE)
    return judged[0] if judged else None


@decide_again.register(PlanExpired)
def _(event: PlanExpired, moment: Moment) -> Event | None:
    return end_before_entry(moment.lifecycle, plan_of(moment.lifecycle), moment.at)


@decide_again.register(PlanCancelled)
def _(event: PlanCancelled, moment: Moment) -> Event | None:
    if moment.lifecycle.cancel is None:
        return event  # somebody's word while it waited, not a decision
    return end_before_entry(moment.lifecycle, plan_of(moment.lifecycle), moment.at)


@decide_again.register(EntryDenied)
def _(event: EntryDenied, moment: Moment) -> Event | None:
    plan = plan_of(moment.lifecycle)
    if event.quote is None or event.facts is None:
        return unlisted(plan)
    decided = decide_entry(moment.lifecycle, plan, event.quote, event.facts)
    return None if isinstance(decided, OrderDraft) else decided


@decide_again.register(OrdersIntended)
def _(event: OrdersIntended, moment: Moment) -> Event | None:
    if not is_decided(moment.lifecycle, event, moment.at):
        return None
    drafts, reason = _drafts(event, moment)
    instrument = event.facts.instrument if event.facts else moment.instrument
    if not drafts or instrument is None:
        return None
    orders = number(moment.lifecycle, drafts)
    return event.model_copy(
        update={
            "intent_id": intent_id_of(moment.lifecycle.lifecycle_id, orders),
            "orders": orders,
            "action": _action(event, orders, instrument),
            "reason": reason,
        }
    )


@decide_again.register(CancelSent)
def _(event: CancelSent, moment: Moment) -> Event | None:
    step = _step(replace(moment, at=event.asked_at), event.net_size)
    if not isinstance(step, Cancel):
        return None
    cloids = tuple(order.cloid for order in step.orders)
    return event.model_copy(update={"cloids": cloids, "reason": step.reason})


@decide_again.register(ExecutionFinished)
def _(event: ExecutionFinished, moment: Moment) -> Event | None:
    step = _step(moment, event.net_size)
    return step.event if isinstance(step, Record) else None


@decide_again.register(ExitDecided)
@decide_again.register(EntryRearmed)
@decide_again.register(EntrySetApart)
def _(event: ExitDecided | EntryRearmed | EntrySetApart, moment: Moment) -> Event | None:
    step = _step(moment, None)
    return step.event if isinstance(step, Record) else None


@decide_again.register(PositionUnprotected)
def _(event: PositionUnprotected, moment: Moment) -> Event | None:
    return unprotected_alarm(moment.lifecycle, moment.at)


@decide_again.register(PositionNetted)
def _(event: PositionNetted, moment: Moment) -> Event | None:
    lifecycle = moment.lifecycle
    own = HeldByPlan(lifecycle_id=lifecycle.lifecycle_id, size=lifecycle.position.size)
    if own not in event.books:
        return None
    return netted(lifecycle.lifecycle_id, event.books, event.net_size, event.price)


@decide_again.register(PositionChanged)
def _(event: PositionChanged, moment: Moment) -> Event | None:
    return position_changed(moment.lifecycle.position)


@decide_again.register(PlanAnalyzed)
def _(event: PlanAnalyzed, moment: Moment) -> Event | None:
    return PerformanceAnalyzer().analyze(moment.lifecycle, event.foreign)


def _action(
    event: OrdersIntended, orders: Sequence[IntendedOrder], instrument: Instrument
) -> Action:
    """The action with these orders made again; those of other plans are not ours to make."""
    own = order_action([order.request for order in orders], {instrument.symbol: instrument})
    beside, ours = event.action.get("orders"), own["orders"]
    if not event.is_shared or not isinstance(beside, list) or not isinstance(ours, list):
        return own
    end = event.offset + len(event.orders)
    return {**own, "orders": [*beside[: event.offset], *ours, *beside[end:]]}


def _drafts(event: OrdersIntended, moment: Moment) -> tuple[tuple[OrderDraft, ...], str]:
    """The orders that the same facts lead to, with their reason; none when they lead elsewhere."""
    lifecycle, plan = moment.lifecycle, plan_of(moment.lifecycle)
    if event.facts is not None and event.quote is not None:
        decided = decide_entry(lifecycle, plan, event.quote, event.facts)
        if not isinstance(decided, OrderDraft):
            return (), ""
        return (decided,), entry_sentence(decided)
    step = _step(replace(moment, at=event.decided_at or event.intended_at), None)
    match step:
        case Place(drafts=drafts, reason=reason):
            return drafts, reason
        case Exit(size=size, reason=reason, is_rounded_up=is_rounded_up) if (
            event.quote and moment.instrument
        ):
            draft = exit_draft(
                plan, moment.instrument, event.quote, size, is_rounded_up=is_rounded_up
            )
            return (draft,), reason
        case _:
            return (), ""


def _step(moment: Moment, net_size: Decimal | None) -> Step | None:
    if moment.instrument is None:
        return None
    plan = plan_of(moment.lifecycle)
    return next_step(moment.lifecycle, plan, moment.instrument, net_size, moment.at)
