"""Reads both sides as they are now: the exchange's ledger, and the journal."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import requests

from chaos.verdict.records import AcceptedOrder, Doubt, Ledger, PlannedOrder, PlanRecord, Trade
from trader.lifecycle.fold import apply, fold
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import DOUBTFUL, Order
from trader.lifecycle.order_events import IntentUnknown
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Leg, OrderState
from trader.reconciliation.account import is_account
from trader.strands.store import StrandStore
from trader.strands.strand import LifecycleRow
from trader.venues.orders import Fill

TIMEOUT_SECONDS = 10
PAGE = 500
WORKING = {"open", "triggered"}
SIGNS = {"B": 1, "A": -1}
NOT_LANDED = DOUBTFUL | {OrderState.NEVER_LANDED, OrderState.REJECTED}

Json = Mapping[str, Any]


def read_ledger(url: str, address: str) -> Ledger:
    """What the exchange at `url` did for the account."""
    answer = requests.get(f"{url}/_local/ledger", timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    ledger, user = answer.json(), address.lower()
    return Ledger(
        orders=tuple(_accepted(order) for order in ledger["orders"] if order["user"] == user),
        trades=tuple(_traded(fill) for fill in ledger["fills"] if fill["user"] == user),
        positions=_positions(url, user),
    )


def _positions(url: str, user: str) -> dict[str, Decimal]:
    query = {"type": "clearinghouseState", "user": user}
    answer = requests.post(f"{url}/info", json=query, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    held = [entry["position"] for entry in answer.json()["assetPositions"]]
    return {position["coin"]: Decimal(position["szi"]) for position in held}


def _accepted(order: Json) -> AcceptedOrder:
    return AcceptedOrder(
        cloid=order["cloid"],
        order_id=order["oid"],
        signer=order["signer"],
        nonce=order["nonce"],
        size=Decimal(order["size"]),
        filled=Decimal(order["filledSize"]),
        is_working=order["status"] in WORKING,
    )


def _traded(fill: Json) -> Trade:
    return Trade(
        trade_id=fill["tid"],
        order_id=fill["oid"],
        cloid=fill.get("cloid"),
        symbol=fill["coin"],
        size=SIGNS[fill["side"]] * Decimal(fill["sz"]),
        price=Decimal(fill["px"]),
        fee=Decimal(fill["fee"]),
    )


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
            lifecycle = fold(strands)
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
        outcome=lifecycle.outcome,
        has_stop=plan is not None and plan.stop_loss is not None,
        is_leaving=_is_leaving(lifecycle),
        orders=tuple(_planned(lifecycle, order) for order in lifecycle.orders.values()),
        trades=tuple(_booked(fill) for fill in lifecycle.fills),
        doubts=doubts_of(lifecycle),
        projection_agrees=row == project(lifecycle),
        anomalies=kinds_of_anomalies(lifecycle),
    )


def _is_leaving(lifecycle: Lifecycle) -> bool:
    """A cancelled plan may keep its position under its stop, but no working entry."""
    cancel = lifecycle.cancel
    if cancel is not None and (cancel.close_position or lifecycle.working(Leg.ENTRY)):
        return True
    return lifecycle.exit_reason is not None


def _planned(lifecycle: Lifecycle, order: Order) -> PlannedOrder:
    intent = lifecycle.intents[order.intent_id]
    return PlannedOrder(
        cloid=order.cloid,
        leg=order.leg,
        signer=intent.signer,
        nonce=intent.nonce,
        order_id=order.order_id,
        has_landed=order.state not in NOT_LANDED,
        is_doubtful=order.state in DOUBTFUL,
        is_working=not order.state.is_over,
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
