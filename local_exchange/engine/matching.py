"""Matches an incoming order by price and time."""

from decimal import Decimal

from local_exchange.engine.fills import FillLiquidation
from local_exchange.engine.margin import Margin
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import OrderStatus
from local_exchange.engine.settlement import Match, Settlement
from local_exchange.engine.state import State
from local_exchange.engine.working_order import WorkingOrder


class Matcher:
    """Trades take place at the resting order's price."""

    def __init__(
        self, state: State, desk: OrderDesk, margin: Margin, settlement: Settlement
    ) -> None:
        self._state = state
        self._desk = desk
        self._margin = margin
        self._settlement = settlement

    def match(self, taker: WorkingOrder, liquidation: FillLiquidation | None = None) -> None:
        """Fill the order as far as the book allows; what is left is the caller's to rest or end.

        The taker's own resting orders in the way are cancelled, and so are makers whose margin no
        longer suffices.
        """
        side = self._state.coins[taker.coin].book.side(taker.side.opposite)
        while taker.size:
            maker = side.best_order()
            if maker is None or not taker.crosses(maker.price):
                return
            size = min(taker.size, maker.size)
            if maker.account is taker.account:
                self._desk.end(maker, OrderStatus.SELF_TRADE_CANCELED)
            elif not self._margin.can_fill_maker(maker, size):
                self._desk.end(maker, OrderStatus.MARGIN_CANCELED)
            else:
                self._trade(taker, maker, size, liquidation)

    def _trade(
        self,
        taker: WorkingOrder,
        maker: WorkingOrder,
        size: Decimal,
        liquidation: FillLiquidation | None,
    ) -> None:
        tid = self._state.ids.tid()
        self.complete(Match(taker, maker, maker.price, size, tid, liquidation))

    def complete(self, match: Match) -> None:
        """Book the match and what it means for the orders of both."""
        self._settlement.settle(match)
        for order in (match.maker, match.taker):
            self._desk.take(order, match.size, match.price)
            if not order.size:
                self._desk.end(order, OrderStatus.FILLED)
        for order in (match.maker, match.taker):
            self._desk.enforce_reduce_only(order.account, order.coin)
