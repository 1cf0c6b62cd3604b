"""Queries that are answered otherwise than the exchange would."""

from random import Random
from typing import Any

from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import OrderRecord
from local_exchange.faults.board import FaultBoard
from local_exchange.faults.budget import budget_cap
from local_exchange.faults.venue_faults import AddressBudget, CloidHidden, OrderForgotten
from local_exchange.wire import account_shapes
from local_exchange.wire.information import UNKNOWN_ORDER
from local_exchange.wire.queries import AccountQuery, OrderStatusQuery, Query

Json = dict[str, Any]


class Visibility:
    """What users see of the truth."""

    def __init__(self, board: FaultBoard, exchange: Exchange) -> None:
        self._board = board
        self._exchange = exchange

    def answer(self, query: Query, now_ms: int) -> Json | None:
        """The answer instead, or None for the true one."""
        if isinstance(query, OrderStatusQuery) and self._is_unseen(query, now_ms):
            return UNKNOWN_ORDER
        if isinstance(query, AccountQuery) and query.type == "userRateLimit":
            return self._rate_limit(query.user)
        return None

    def _is_unseen(self, query: OrderStatusQuery, now_ms: int) -> bool:
        info, user = self._exchange.info, query.user
        if isinstance(query.oid, int):
            record = info.order_by_oid(user, query.oid)
        else:
            record = info.order_by_cloid(user, query.oid)
        if record is None:
            return False
        by_cloid = isinstance(query.oid, str) and self._is_hidden(record, now_ms)
        return by_cloid or self._is_forgotten(record, now_ms)

    def _is_hidden(self, record: OrderRecord, now_ms: int) -> bool:
        age_ms = now_ms - record.order.time
        return any(
            fault.user in (None, record.order.user) and age_ms < _hidden_for_ms(fault, record)
            for fault in self._board.conditions(CloidHidden)
        )

    def _is_forgotten(self, record: OrderRecord, now_ms: int) -> bool:
        return record.status.is_terminal and any(
            _is_about(fault, record) and now_ms - record.status_time >= fault.after_ms
            for fault in self._board.conditions(OrderForgotten)
        )

    def _rate_limit(self, user: str) -> Json | None:
        limit = self._exchange.info.rate_limit(user)
        for budget in self._board.conditions(AddressBudget):
            if budget.user in (None, user):
                shown = account_shapes.rate_limit(limit)
                return shown | {"nRequestsCap": budget_cap(budget, limit)}
        return None


def _hidden_for_ms(fault: CloidHidden, record: OrderRecord) -> int:
    chance = Random(f"{fault.seed}:{record.order.cloid}")
    return chance.randint(fault.min_ms, fault.max_ms)


def _is_about(fault: OrderForgotten, record: OrderRecord) -> bool:
    order = record.order
    return (
        fault.user in (None, order.user)
        and fault.oid in (None, order.oid)
        and fault.cloid in (None, order.cloid)
    )
