"""Which plan an order belongs to, and whether what the venue tells of it is new."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.stage import OrderState
from trader.venues.orders import Fill, OrderReport, VenueOrderState

REMEMBERED = 10_000
"""How many orders of plans that are no longer tracked stay known, for the venue's last words."""

Told: TypeAlias = OrderReport | Fill


@dataclass(frozen=True, slots=True)
class Concern:
    """What something told leads to: a plan to be tracked, or nobody that we know of.

    Both are empty when it says nothing new.
    """

    lifecycle_id: str | None = None
    is_unknown: bool = False


_NOTHING_NEW = Concern()
_NOBODY_KNOWN = Concern(is_unknown=True)


class TrackedOrders:
    """The orders of the plans in the stage `track`, by client order id."""

    def __init__(self) -> None:
        self._orders: dict[str, tuple[str, Order]] = {}
        self._left: dict[str, str] = {}
        self.symbols: frozenset[str] = frozenset()

    def refresh(self, lifecycles: Iterable[Lifecycle]) -> None:
        """Hold the orders of exactly these plans."""
        there = tuple(lifecycles)
        orders = {cloid: entry for found in there for cloid, entry in _orders_of(found)}
        self._left |= {c: self._orders[c][0] for c in self._orders.keys() - orders.keys()}
        for oldest in list(self._left)[: max(len(self._left) - REMEMBERED, 0)]:
            del self._left[oldest]
        self._orders = orders
        self.symbols = frozenset(found.plan.symbol for found in there if found.plan is not None)

    def concern(self, told: Told) -> Concern:
        """Whom a report or a trade concerns."""
        if told.cloid is None:
            return _NOBODY_KNOWN
        if told.cloid in self._orders:
            lifecycle_id, order = self._orders[told.cloid]
            return Concern(lifecycle_id) if _is_news(order, told) else _NOTHING_NEW
        if told.cloid in self._left:
            return Concern(self._left[told.cloid])
        return _NOBODY_KNOWN


def _orders_of(lifecycle: Lifecycle) -> Iterator[tuple[str, tuple[str, Order]]]:
    for cloid, order in lifecycle.orders.items():
        yield cloid, (lifecycle.lifecycle_id, order)


def _is_news(order: Order, told: Told) -> bool:
    if isinstance(told, Fill):
        return not order.has(told)
    traded = told.original_size - told.remaining_size
    if told.state is VenueOrderState.OPEN and not traded:
        return order.state is not OrderState.PENDING and _differs(order, told)
    return _differs(order, told) or traded > order.filled


def _differs(order: Order, report: OrderReport) -> bool:
    return order.reported(report).state is not order.state
