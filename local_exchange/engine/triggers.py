"""Fires trigger orders on the mark price, and makes children live once their parent has filled."""

from decimal import Decimal

from local_exchange.engine.checks import OrderChecks
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.execution import Execution
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import OrderStatus
from local_exchange.engine.precision import ceil_to_tick, floor_to_tick
from local_exchange.engine.state import State
from local_exchange.engine.working_order import Stage, WorkingOrder

MARKET_SLIPPAGE = Decimal("0.1")
"""A triggered market order accepts this much worse than its trigger price."""


class Triggers:
    """Runs after everything that moves a mark or fills an order."""

    def __init__(
        self, state: State, desk: OrderDesk, checks: OrderChecks, execution: Execution
    ) -> None:
        self._state = state
        self._desk = desk
        self._checks = checks
        self._execution = execution

    def activate_children(self) -> None:
        """Let the children of filled parents wait for their trigger, or fire at once."""
        waiting = self._state.activations
        while waiting:
            child = waiting.popleft()
            if child.stage is not Stage.WAITING_FOR_FILL:
                continue
            if not self._checks.reduces(child):
                self._desk.end(child, OrderStatus.REDUCE_ONLY_CANCELED)
                continue
            self._desk.wait_for_trigger(child)
            self.fire_due(self._state.coins[child.coin])

    def fire_due(self, coin: CoinMarket) -> None:
        """Fire all orders that the coin's mark has reached."""
        while order := coin.triggers.pop_due(coin.mark):
            self._fire(order, coin)

    def _fire(self, order: WorkingOrder, coin: CoinMarket) -> None:
        trigger = order.trigger
        if trigger is None:
            raise ValueError(f"order {order.oid} has no trigger: it cannot fire")
        self._desk.trigger(order)
        if order.reduce_only and not self._checks.reduces(order):
            self._desk.end(order, OrderStatus.REDUCE_ONLY_CANCELED)
            return
        if order.is_position_tpsl:
            order.size = abs(order.account.size_of(order.coin))
        if self._checks.margin_refusal(order):
            self._desk.end(order, OrderStatus.MARGIN_CANCELED)
            return
        if trigger.is_market:
            order.price = _market_limit(order, trigger.price, coin)
        self._execution.execute(order, is_immediate=trigger.is_market)
        if order.stage is Stage.NEW:
            self._execution.refuse_unmatched(order)


def _market_limit(order: WorkingOrder, trigger_price: Decimal, coin: CoinMarket) -> Decimal:
    if order.is_buy:
        return ceil_to_tick(coin.perp, trigger_price * (1 + MARKET_SLIPPAGE))
    return floor_to_tick(coin.perp, trigger_price * (1 - MARKET_SLIPPAGE))
