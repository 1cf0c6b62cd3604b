"""Reads the journal's side as it is now: every plan as its strands have it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from chaos.verdict.records import Doubt, Ending, PlannedOrder, PlanRecord, Trade
from trader.lifecycle.fold import apply
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import DOUBTFUL, FORGOTTEN, Order
from trader.lifecycle.order_events import IntentUnknown, OrdersIntended
from trader.lifecycle.plan_events import (
    CancelRequested,
    PlanCancelled,
    PlanExpired,
    PlanRefused,
)
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Leg, OrderState
from trader.reconciliation.account import is_account
from trader.risk.events import EntryDenied
from trader.strands.store import StrandStore
from trader.strands.strand import LifecycleRow
from trader.venues.orders import Fill

PAGE = 500
NOT_LANDED = DOUBTFUL | {OrderState.NEVER_LANDED, OrderState.REJECTED}
ENDING = (CancelRequested, PlanCancelled, PlanExpired, PlanRefused, ExecutionFinished)
BY_REQUEST = ("canceled", "scheduledCancel", FORGOTTEN)
"""The words for an order that ended because somebody asked for it, or nobody knows how."""


class JournalReader:
    """Reads a plan's strands anew only when its row has changed."""

    def __init__(self, store: StrandStore) -> None:
        self._store = store
        self._known: dict[str, tuple[LifecycleRow, PlanRecord]] = {}

    def plans(self) -> tuple[PlanRecord, ...]:
        """Every plan that was answered."""
        return tuple(self._plan(row) for row in self._rows())

    def _rows(self) -> Iterator[LifecycleRow]:
        after = None
        while page := self._store.lifecycles(after=after, limit=PAGE):
            yield from (row for row in page if not is_account(row.lifecycle_id))
            after = page[-1].lifecycle_id

    def _plan(self, row: LifecycleRow) -> PlanRecord:
        row_before, record = self._known.get(row.lifecycle_id, (None, None))
        if record is None or row_before != row:
            strands = self._store.load(row.lifecycle_id)[: row.seq + 1]
            lifecycle = PLANS.fold(strands)
            assert lifecycle is not None
            record = _record(lifecycle, row)
            self._known[row.lifecycle_id] = row, record
        return record


def _record(lifecycle: Lifecycle, row: LifecycleRow) -> PlanRecord:
    plan = lifecycle.plan
    return PlanRecord(
        lifecycle_id=lifecycle.lifecycle_id,
        stage=lifecycle.stage,
        symbol=plan.symbol if plan else None,
        sign=plan.direction.sign if plan else 1,
        outcome=lifecycle.outcome,
        denied_by=_denied_by(lifecycle),
        has_stop=plan is not None and plan.stop_loss is not None,
        is_leaving=_is_leaving(lifecycle),
        orders=planned_orders(lifecycle),
        trades=tuple(_booked(fill) for fill in lifecycle.fills),
        nettings=lifecycle.nettings,
        doubts=doubts_of(lifecycle),
        endings=endings_of(lifecycle),
        projection_agrees=row == project(lifecycle),
        anomalies=kinds_of_anomalies(lifecycle),
    )


def _is_leaving(lifecycle: Lifecycle) -> bool:
    """A cancelled plan may keep its position under its stop, but no working entry."""
    cancel = lifecycle.cancel
    if cancel is not None and (cancel.close_position or lifecycle.working(Leg.ENTRY)):
        return True
    return lifecycle.exit_reason is not None


def _denied_by(lifecycle: Lifecycle) -> str | None:
    _, last = lifecycle.history[-1]
    return last.control if isinstance(last, EntryDenied) and last.is_final else None


def planned_orders(lifecycle: Lifecycle) -> tuple[PlannedOrder, ...]:
    """The plan's orders, each with the strand that intended it."""
    intended = {
        event.intent_id: seq
        for seq, (_, event) in enumerate(lifecycle.history)
        if isinstance(event, OrdersIntended)
    }
    return tuple(
        _planned(lifecycle, order, intended[order.intent_id]) for order in lifecycle.orders.values()
    )


def _planned(lifecycle: Lifecycle, order: Order, intent_seq: int) -> PlannedOrder:
    intent = lifecycle.intents[order.intent_id]
    return PlannedOrder(
        cloid=order.cloid,
        leg=order.leg,
        signer=intent.signer,
        nonce=intent.nonce,
        intent_seq=intent_seq,
        order_id=order.order_id,
        has_landed=order.state not in NOT_LANDED,
        is_doubtful=order.state in DOUBTFUL,
        is_working=not order.state.is_over,
        is_refused=_is_refused(order),
        venue_text=order.venue_text,
    )


def _is_refused(order: Order) -> bool:
    by_itself = order.state is OrderState.CANCELLED and order.venue_text not in BY_REQUEST
    return order.state is OrderState.REJECTED or (by_itself and not order.fills)


def endings_of(lifecycle: Lifecycle) -> tuple[Ending, ...]:
    """Every strand that ended the plan, or asked it to end."""
    return tuple(
        Ending(seq, at, event.event, is_final=not isinstance(event, CancelRequested))
        for seq, (at, event) in enumerate(lifecycle.history)
        if isinstance(event, ENDING) or (isinstance(event, EntryDenied) and event.is_final)
    )


def kinds_of_anomalies(lifecycle: Lifecycle) -> tuple[str, ...]:
    """What was said of the plan's orders, and of orders in which state: it cannot be true."""
    orders = lifecycle.orders.values()
    return tuple(f"{a.signal} while {a.state}" for order in orders for a in order.anomalies)


def _booked(fill: Fill) -> Trade:
    return Trade(
        trade_id=fill.trade_id,
        order_id=fill.order_id,
        cloid=fill.cloid,
        symbol=fill.symbol,
        size=fill.side.sign * fill.size,
        price=fill.price,
        fee=fill.fee,
        traded_at=fill.traded_at,
    )


def doubts_of(lifecycle: Lifecycle) -> tuple[Doubt, ...]:
    """From the first strand that calls an intent unknown to the one that leaves none in doubt.

    The lifecycle is followed through its history once more: what counts is what it knew then.
    """
    began: dict[str, datetime] = {}
    ended: dict[str, datetime] = {}
    then = replace(lifecycle, intents={}, unanswered=frozenset(), orders={})
    for at, event in lifecycle.history:
        then = apply(event, then, at)
        if isinstance(event, IntentUnknown):
            began.setdefault(event.intent_id, at)
        ended.update(dict.fromkeys(began.keys() - ended.keys() - then.unanswered, at))
    return tuple(Doubt(intent_id, at, ended.get(intent_id)) for intent_id, at in began.items())
