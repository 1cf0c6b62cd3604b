"""One user's orders: those that work, and the ended ones that are still remembered."""

from collections import deque
from collections.abc import Iterator

from local_exchange.engine.working_order import Stage, WorkingOrder


class UserOrders:
    """Lookups by oid and by cloid. Of the ended orders the latest `retention` are kept."""

    def __init__(self, retention: int) -> None:
        self._retention = retention
        self._by_oid: dict[int, WorkingOrder] = {}
        self._by_cloid: dict[str, WorkingOrder] = {}
        self._working: dict[int, WorkingOrder] = {}
        self._reduce_only: dict[str, dict[int, WorkingOrder]] = {}
        self._ended: deque[WorkingOrder] = deque()

    def remember(self, order: WorkingOrder) -> None:
        """Make the order known; a reused cloid now means this one."""
        self._by_oid[order.oid] = order
        if order.cloid is not None:
            self._by_cloid[order.cloid] = order

    def activate(self, order: WorkingOrder) -> None:
        """The order rests, or waits for its trigger."""
        self._working[order.oid] = order
        if order.reduce_only:
            self._reduce_only.setdefault(order.coin, {})[order.oid] = order

    def deactivate(self, order: WorkingOrder) -> None:
        """The order neither rests nor waits for its trigger any more."""
        self._working.pop(order.oid, None)
        self._reduce_only.get(order.coin, {}).pop(order.oid, None)

    def end(self, order: WorkingOrder) -> None:
        """The order has ended; forget the oldest ended ones beyond the retention."""
        self.deactivate(order)
        self._ended.append(order)
        if len(self._ended) > self._retention:
            self._forget(self._ended.popleft())

    def _forget(self, order: WorkingOrder) -> None:
        del self._by_oid[order.oid]
        if order.cloid is not None and self._by_cloid.get(order.cloid) is order:
            del self._by_cloid[order.cloid]

    def find(self, target: int | str) -> WorkingOrder | None:
        """By oid (int) or cloid (str); of several orders of a cloid the latest."""
        if isinstance(target, int):
            return self._by_oid.get(target)
        return self._by_cloid.get(target)

    def find_working(self, target: int | str) -> WorkingOrder | None:
        """The order if it has not ended."""
        order = self.find(target)
        return None if order is None or order.stage is Stage.ENDED else order

    def reduce_only(self, coin: str) -> list[WorkingOrder]:
        """The coin's working reduce-only orders, the oldest first."""
        return list(self._reduce_only.get(coin, {}).values())

    def working(self) -> list[WorkingOrder]:
        """Resting and trigger orders, the oldest first."""
        return list(self._working.values())

    def working_count(self) -> int:
        """How many there are."""
        return len(self._working)

    def remembered(self) -> Iterator[WorkingOrder]:
        """All that are known, the oldest first."""
        return iter(self._by_oid.values())
