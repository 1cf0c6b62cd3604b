"""Which plan an order belongs to, and whether what the venue tells of it is new."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.stage import OrderState
from trader.venues.orders import Fill, OrderReport, VenueOrderState

REMEMBERED = 10_000
"""How many orders of plans that are no longer tracked stay known, for the venue's last words."""

YOUNG = timedelta(seconds=0.5)
"""How long whoever acts on an order is given to take in what the venue tells of it."""

Told: TypeAlias = OrderReport | Fill


class Concern(StrEnum):
    """What something told leads to."""

    TRACK = "track"
    """Its plan is to be tracked."""
    LATER = "later"
    """Its order was intended a moment ago, and whoever sent it is at it: to be looked at again."""
    NOTHING = "nothing"
    """It says nothing new."""
    UNKNOWN = "unknown"
    """It belongs to no plan that we know of."""


@dataclass(frozen=True, slots=True)
class _Known:
    lifecycle_id: str
    order: Order
    intended_at: datetime


class TrackedOrders:
    """The orders of the plans in the stage `track`, by client order id."""

    def __init__(self) -> None:
        self._orders: dict[str, _Known] = {}
        self._left: dict[str, str] = {}
        self.symbols: frozenset[str] = frozenset()

    def refresh(self, lifecycles: Iterable[Lifecycle]) -> None:
        """Hold the orders of exactly these plans."""
        there = tuple(lifecycles)
        orders = {cloid: known for found in there for cloid, known in _orders_of(found)}
        gone = self._orders.keys() - orders.keys()
        self._left |= {cloid: self._orders[cloid].lifecycle_id for cloid in gone}
        for oldest in list(self._left)[: max(len(self._left) - REMEMBERED, 0)]:
            del self._left[oldest]
        self._orders = orders
        self.symbols = frozenset(found.plan.symbol for found in there if found.plan is not None)

    def concern(self, told: Told, now: datetime) -> Concern:
        """What a report or a trade leads to; whoever sent the order has YOUNG to take it in."""
        cloid = told.cloid or ""
        known = self._orders.get(cloid)
        if known is None:
            return Concern.TRACK if cloid in self._left else Concern.UNKNOWN
        if not _is_news(known.order, told):
            return Concern.NOTHING
        is_young = timedelta() <= now - known.intended_at < YOUNG
        return Concern.LATER if is_young else Concern.TRACK

    def plan_of(self, told: Told) -> str:
        """The lifecycle id of what is not UNKNOWN."""
        cloid = told.cloid or ""
        known = self._orders.get(cloid)
        return self._left[cloid] if known is None else known.lifecycle_id


def _orders_of(lifecycle: Lifecycle) -> Iterator[tuple[str, _Known]]:
    for cloid, order in lifecycle.orders.items():
        intended_at = lifecycle.intents[order.intent_id].intended_at
        yield cloid, _Known(lifecycle.lifecycle_id, order, intended_at)


def _is_news(order: Order, told: Told) -> bool:
    if isinstance(told, Fill):
        return not order.has(told)
    traded = told.original_size - told.remaining_size
    if told.state is VenueOrderState.OPEN and not traded:
        return order.state is not OrderState.PENDING and _differs(order, told)
    return _differs(order, told) or traded > order.filled


def _differs(order: Order, report: OrderReport) -> bool:
    return order.reported(report).state is not order.state
