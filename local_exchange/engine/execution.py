"""Runs an order that passed its checks: matches it, then rests or ends what is left."""

from local_exchange.engine.matching import Matcher
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import OrderStatus
from local_exchange.engine.reasons import Reason
from local_exchange.engine.state import State
from local_exchange.engine.working_order import Stage, WorkingOrder


class Execution:
    """The step from an accepted order to the book."""

    def __init__(self, state: State, desk: OrderDesk, matcher: Matcher) -> None:
        self._state = state
        self._desk = desk
        self._matcher = matcher

    def execute(self, order: WorkingOrder, is_immediate: bool) -> None:
        """Match, then rest the remainder, or cancel it when the order is immediate.

        An immediate order that met nothing is left as it is, for the caller to refuse.
        """
        if order.reduce_only:
            self._shrink_to_position(order)
        self._matcher.match(order)
        if order.stage is Stage.ENDED:
            return
        if not is_immediate:
            self._desk.rest(order)
        elif order.filled_size:
            self._desk.end(order, OrderStatus.CANCELED)

    def refuse_unmatched(self, order: WorkingOrder) -> Reason:
        """End an immediate order that met nothing; returns why."""
        opposite = self._state.coins[order.coin].book.side(order.side.opposite)
        is_market = order.trigger is not None and order.trigger.is_market
        is_empty = opposite.best_price() is None
        reason = Reason.NO_LIQUIDITY if is_market or is_empty else Reason.IOC_CANCEL
        self._desk.end(order, reason.status)
        return reason

    def _shrink_to_position(self, order: WorkingOrder) -> None:
        excess = order.size - abs(order.account.size_of(order.coin))
        if excess > 0:
            self._desk.shrink(order, excess)
