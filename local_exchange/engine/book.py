"""One coin's order book: price levels, and within a level the order of arrival."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from local_exchange.engine.orders import Side
from local_exchange.engine.views import BookLevel
from local_exchange.engine.working_order import ZERO, WorkingOrder


@dataclass(slots=True, eq=False)
class Level:
    """The orders of one price, the oldest first, and their total size."""

    price: Decimal
    orders: dict[int, WorkingOrder] = field(default_factory=dict)
    size: Decimal = ZERO


class BookSide:
    """One side. Keys are prices signed so that the best one is the highest, at the list's end."""

    def __init__(self, side: Side) -> None:
        self._is_bid = side is Side.BUY
        self._keys: list[Decimal] = []
        self._levels: dict[Decimal, Level] = {}

    def _key(self, price: Decimal) -> Decimal:
        return price if self._is_bid else -price

    def add(self, order: WorkingOrder) -> None:
        """Put the order behind the others of its price."""
        level = self._levels.get(order.price)
        if level is None:
            level = self._levels[order.price] = Level(order.price)
            insort(self._keys, self._key(order.price))
        level.orders[order.oid] = order
        level.size += order.size

    def remove(self, order: WorkingOrder) -> None:
        """Take the order away."""
        level = self._levels[order.price]
        del level.orders[order.oid]
        level.size -= order.size
        if not level.orders:
            del self._levels[order.price]
            del self._keys[bisect_left(self._keys, self._key(order.price))]

    def reduce(self, order: WorkingOrder, size: Decimal) -> None:
        """Make a resting order smaller by `size`; it keeps its place."""
        order.size -= size
        self._levels[order.price].size -= size

    def best_price(self) -> Decimal | None:
        """The price that is matched first."""
        if not self._keys:
            return None
        return self._keys[-1] if self._is_bid else -self._keys[-1]

    def best_order(self) -> WorkingOrder | None:
        """The order that is matched first."""
        price = self.best_price()
        return None if price is None else next(iter(self._levels[price].orders.values()))

    def levels(self) -> Iterator[BookLevel]:
        """The levels, best first."""
        for key in reversed(self._keys):
            level = self._levels[key if self._is_bid else -key]
            yield BookLevel(level.price, level.size, len(level.orders))

    def orders(self) -> Iterator[WorkingOrder]:
        """The orders as they would be matched."""
        for key in reversed(self._keys):
            yield from self._levels[key if self._is_bid else -key].orders.values()

    def price_for_notional(self, notional: Decimal) -> Decimal | None:
        """The average price of trading `notional` USDC into this side; None if it is too thin."""
        left, size = notional, ZERO
        for level in self.levels():
            value = level.price * level.size
            if value >= left:
                return notional / (size + left / level.price)
            left -= value
            size += level.size
        return None


class Book:
    """Both sides of one coin."""

    def __init__(self) -> None:
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)

    def side(self, side: Side) -> BookSide:
        """Where orders of that side rest."""
        return self.bids if side is Side.BUY else self.asks

    def mid(self) -> Decimal | None:
        """The middle between the best prices."""
        bid, ask = self.bids.best_price(), self.asks.best_price()
        return None if bid is None or ask is None else (bid + ask) / 2

    def would_match(self, order: WorkingOrder) -> bool:
        """Whether the order would match at once."""
        best = self.side(order.side.opposite).best_price()
        return best is not None and order.crosses(best)
