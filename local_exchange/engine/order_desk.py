"""Moves orders between their stages and tells what happened. All changes of status are here."""

from decimal import Decimal

from local_exchange.engine.account import Account
from local_exchange.engine.events import BookChanged, NonUserCanceled, OrderUpdated
from local_exchange.engine.orders import OrderStatus
from local_exchange.engine.state import State
from local_exchange.engine.working_order import Stage, WorkingOrder

_VENUE_CANCELS = frozenset(
    {
        OrderStatus.MARGIN_CANCELED,
        OrderStatus.SELF_TRADE_CANCELED,
        OrderStatus.SIBLING_FILLED_CANCELED,
        OrderStatus.LIQUIDATED_CANCELED,
        OrderStatus.SCHEDULED_CANCEL,
    }
)


class OrderDesk:
    """The only place where an order's stage and status change."""

    def __init__(self, state: State) -> None:
        self._state = state

    def rest(self, order: WorkingOrder) -> None:
        """Put the order on the book."""
        order.stage = Stage.RESTING
        self._state.coins[order.coin].book.side(order.side).add(order)
        self._state.events.add_once(BookChanged(order.coin))
        account = order.account
        if account.is_house:
            return
        account.add_resting(order, order.size)
        account.orders.activate(order)
        self._set_status(order, OrderStatus.OPEN)
        if order.reduce_only:
            self.enforce_reduce_only(account, order.coin)

    def wait_for_trigger(self, order: WorkingOrder) -> None:
        """Let the order wait for the mark."""
        order.stage = Stage.WAITING_FOR_TRIGGER
        self._state.coins[order.coin].triggers.add(order)
        order.account.orders.activate(order)
        self._set_status(order, OrderStatus.OPEN)

    def trigger(self, order: WorkingOrder) -> None:
        """The mark has reached the order: it is free to be matched."""
        order.account.orders.deactivate(order)
        order.stage = Stage.NEW
        self._set_status(order, OrderStatus.TRIGGERED)

    def take(self, order: WorkingOrder, size: Decimal, price: Decimal) -> None:
        """The order was filled by `size`; when nothing is left, it is done."""
        order.filled_size += size
        order.filled_notional += size * price
        self.shrink(order, size)

    def shrink(self, order: WorkingOrder, size: Decimal) -> None:
        """Take `size` off what is left."""
        if order.stage is Stage.RESTING:
            self._state.coins[order.coin].book.side(order.side).reduce(order, size)
            self._state.events.add_once(BookChanged(order.coin))
            order.account.add_resting(order, -size)
        else:
            order.size -= size

    def end(self, order: WorkingOrder, status: OrderStatus) -> None:
        """The order is done. Its siblings and children follow."""
        if order.stage is Stage.RESTING:
            self._state.coins[order.coin].book.side(order.side).remove(order)
            self._state.events.add_once(BookChanged(order.coin))
            order.account.add_resting(order, -order.size)
        order.stage = Stage.ENDED
        if order.account.is_house:
            order.status = status
            return
        order.account.orders.end(order)
        self._set_status(order, status)
        if status in _VENUE_CANCELS:
            cancel = NonUserCanceled(order.account.address, order.coin, order.oid)
            self._state.events.add(cancel)
        self._end_siblings(order)
        self.release_children(order)

    def enforce_reduce_only(self, account: Account, coin: str) -> None:
        """Reduce-only orders never exceed the position: the newest one is shrunk to it, older ones
        that do not fit are cancelled; without a position all are, triggers included."""
        orders = account.orders.reduce_only(coin)
        if not orders:
            return
        position = account.size_of(coin)
        left = abs(position)
        for order in reversed(orders):
            if position == 0 or order.is_buy == (position > 0):
                self.end(order, OrderStatus.REDUCE_ONLY_CANCELED)
            elif order.stage is Stage.RESTING:
                left = self._fit(order, left, is_newest=left == abs(position))

    def _fit(self, order: WorkingOrder, left: Decimal, is_newest: bool) -> Decimal:
        if order.size <= left:
            return left - order.size
        if not is_newest:
            self.end(order, OrderStatus.REDUCE_ONLY_CANCELED)
            return left
        self.shrink(order, order.size - left)
        return left - order.size

    def _end_siblings(self, order: WorkingOrder) -> None:
        siblings, order.siblings = order.siblings, []
        if order.status is not OrderStatus.FILLED:
            return
        for sibling in siblings:
            if sibling.stage is not Stage.ENDED:
                self.end(sibling, OrderStatus.SIBLING_FILLED_CANCELED)

    def release_children(self, order: WorkingOrder) -> None:
        """Make the children of a parent that has ended live, or cancel them."""
        children, order.children = order.children, []
        lives = order.status is OrderStatus.FILLED or (
            order.status is OrderStatus.MARGIN_CANCELED and order.filled_size > 0
        )
        for child in children:
            if child.stage is not Stage.WAITING_FOR_FILL:
                continue
            if lives:
                self._state.activations.append(child)
            else:
                self.end(child, OrderStatus.CANCELED)

    def _set_status(self, order: WorkingOrder, status: OrderStatus) -> None:
        order.status = status
        order.status_time = self._state.now
        self._state.events.add(OrderUpdated(order.account.address, order.record()))
