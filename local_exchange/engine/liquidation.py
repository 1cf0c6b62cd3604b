"""Liquidates accounts and isolated positions whose value is below their maintenance margin.

Below the maintenance margin positions are sold at the market, what the book does not take goes to
the house at the mark. Below two thirds of it the house takes over positions and collateral.
"""

from dataclasses import dataclass
from decimal import Decimal

from local_exchange.engine.account import Account, Position
from local_exchange.engine.events import Liquidated
from local_exchange.engine.fills import FillLiquidation, LiquidationMethod
from local_exchange.engine.margin import Margin
from local_exchange.engine.matching import Matcher
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import OrderStatus, Side, TimeInForce
from local_exchange.engine.precision import ceil_to_tick, floor_to_tick
from local_exchange.engine.settlement import Match
from local_exchange.engine.state import State
from local_exchange.engine.working_order import ZERO, WorkingOrder

MARKET_SLIPPAGE = Decimal("0.1")
BACKSTOP_FRACTION = Decimal(2) / 3


@dataclass(frozen=True, slots=True)
class _Breach:
    positions: list[Position]
    value: Decimal
    maintenance: Decimal

    @property
    def is_backstop(self) -> bool:
        return self.value < BACKSTOP_FRACTION * self.maintenance


class Liquidation:
    """Looks at holders only: accounts without positions cost nothing."""

    def __init__(self, state: State, desk: OrderDesk, margin: Margin, matcher: Matcher) -> None:
        self._state = state
        self._desk = desk
        self._margin = margin
        self._matcher = matcher
        self._count = 0

    def liquidate_holders(self, coins: list[str]) -> None:
        """Liquidate whoever holds one of the coins and no longer has the margin for it."""
        holders: dict[str, Account] = {}
        for coin in coins:
            holders.update(self._state.coins[coin].holders)
        for account in holders.values():
            if not account.is_house:
                self._check(account)

    def _check(self, account: Account) -> None:
        positions = self._margin.cross_positions(account)
        value, needed = self._margin.cross_value(account), self._margin.cross_maintenance(account)
        if positions and value < needed:
            self._cancel_orders(account, None)
            self._liquidate(account, _Breach(positions, value, needed))
            self._settle_cross_remainder(account, value < BACKSTOP_FRACTION * needed)
        for position in account.open_positions():
            if account.is_isolated(position.coin):
                self._check_isolated(account, position)

    def _check_isolated(self, account: Account, position: Position) -> None:
        value, needed = self._margin.isolated_value(position), self._margin.maintenance(position)
        if value < needed:
            self._cancel_orders(account, position.coin)
            before = account.raw_usd
            breach = _Breach([position], value, needed)
            self._liquidate(account, breach)
            returned = account.raw_usd - before
            if returned < 0 or breach.is_backstop:
                self._give_to_house(account, returned)

    def _cancel_orders(self, account: Account, coin: str | None) -> None:
        for order in account.orders.working():
            if coin is None or order.coin == coin:
                self._desk.end(order, OrderStatus.LIQUIDATED_CANCELED)

    def _liquidate(self, account: Account, breach: _Breach) -> None:
        self._state.ids.begin_transaction()
        self._count += 1
        notional = sum((self._margin.notional(each) for each in breach.positions), ZERO)
        self._state.events.add(
            Liquidated(account.address, self._count, self._state.now, notional, breach.value)
        )
        for position in breach.positions:
            order = self._closing_order(account, position)
            if not breach.is_backstop:
                self._matcher.match(order, self._tag(order, LiquidationMethod.MARKET))
            if order.size:
                self._hand_over(order)

    def _closing_order(self, account: Account, position: Position) -> WorkingOrder:
        coin = self._state.coins[position.coin]
        is_long = position.size > 0
        order = WorkingOrder(
            account=account,
            oid=self._state.ids.oid(),
            asset=coin.perp.asset,
            coin=position.coin,
            side=Side.SELL if is_long else Side.BUY,
            price=(
                floor_to_tick(coin.perp, coin.mark * (1 - MARKET_SLIPPAGE))
                if is_long
                else ceil_to_tick(coin.perp, coin.mark * (1 + MARKET_SLIPPAGE))
            ),
            size=abs(position.size),
            time=self._state.now,
            reduce_only=True,
            tif=TimeInForce.LIQUIDATION_MARKET,
        )
        account.orders.remember(order)
        return order

    def _hand_over(self, order: WorkingOrder) -> None:
        state, mark = self._state, self._state.coins[order.coin].mark
        house = WorkingOrder(
            account=state.house,
            oid=state.ids.oid(),
            asset=order.asset,
            coin=order.coin,
            side=order.side.opposite,
            price=mark,
            size=order.size,
            time=state.now,
        )
        tag = self._tag(order, LiquidationMethod.BACKSTOP)
        tid = state.ids.tid()
        self._matcher.complete(Match(order, house, mark, order.size, tid, tag, fee_free=True))

    def _tag(self, order: WorkingOrder, method: LiquidationMethod) -> FillLiquidation:
        mark = self._state.coins[order.coin].mark
        return FillLiquidation(order.account.address, mark, method)

    def _settle_cross_remainder(self, account: Account, is_backstop: bool) -> None:
        if account.raw_usd < 0 or is_backstop:
            self._give_to_house(account, account.raw_usd)

    def _give_to_house(self, account: Account, usd: Decimal) -> None:
        account.raw_usd -= usd
        self._state.house.raw_usd += usd
