"""The trigger orders of one coin, in the order in which a moving mark reaches them."""

from decimal import Decimal
from heapq import heappop, heappush

from local_exchange.engine.working_order import Stage, WorkingOrder

_Entry = tuple[Decimal, int, WorkingOrder]


class TriggerQueue:
    """Two heaps, for marks that rise and marks that fall. Ended orders are dropped when reached."""

    def __init__(self) -> None:
        self._above: list[_Entry] = []
        self._below: list[_Entry] = []

    def add(self, order: WorkingOrder) -> None:
        """Wait for the order's trigger price."""
        if order.trigger is None:
            raise ValueError(f"order {order.oid} has no trigger: it cannot wait for one")
        if order.trigger.fires_above(order.side):
            heappush(self._above, (order.trigger.price, order.oid, order))
        else:
            heappush(self._below, (-order.trigger.price, order.oid, order))

    def pop_due(self, mark: Decimal) -> WorkingOrder | None:
        """The next order that fires at this mark, or None."""
        return _pop(self._above, mark) or _pop(self._below, -mark)


def _pop(heap: list[_Entry], reached: Decimal) -> WorkingOrder | None:
    while heap and heap[0][0] <= reached:
        order = heappop(heap)[2]
        if order.stage is Stage.WAITING_FOR_TRIGGER:
            return order
    return None
