"""Books a match into both accounts and makes the fills and the trade of it."""

from dataclasses import dataclass
from decimal import Decimal

from local_exchange.engine.account import Account, Position, direction_of
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.events import CandleChanged, Traded, UserFilled
from local_exchange.engine.fills import Fill, FillDirection, FillLiquidation, Trade
from local_exchange.engine.margin import Margin
from local_exchange.engine.precision import round_usd
from local_exchange.engine.state import State
from local_exchange.engine.working_order import ZERO, WorkingOrder

_LIQUIDATED = {
    (True, True): FillDirection.LIQUIDATED_CROSS_LONG,
    (True, False): FillDirection.LIQUIDATED_CROSS_SHORT,
    (False, True): FillDirection.LIQUIDATED_ISOLATED_LONG,
    (False, False): FillDirection.LIQUIDATED_ISOLATED_SHORT,
}


@dataclass(frozen=True, slots=True)
class Match:
    """Two orders that meet; `fee_free` when the house takes over a position."""

    taker: WorkingOrder
    maker: WorkingOrder
    price: Decimal
    size: Decimal
    tid: int
    liquidation: FillLiquidation | None = None
    fee_free: bool = False


class Settlement:
    """Money and positions change here, and by funding and liquidation, nowhere else."""

    def __init__(self, state: State, margin: Margin) -> None:
        self._state = state
        self._margin = margin

    def settle(self, match: Match) -> None:
        """Book the match; the orders themselves are left alone."""
        coin = self._state.coins[match.taker.coin]
        self._settle_side(match, match.taker, coin)
        self._settle_side(match, match.maker, coin)
        self._publish(match, coin)

    def _settle_side(self, match: Match, order: WorkingOrder, coin: CoinMarket) -> None:
        account = order.account
        signed = match.size if order.is_buy else -match.size
        position = account.position(order.coin)
        start = position.size
        profit = self._move(account, position, signed, match.price, coin)
        if account.is_house:
            return
        notional = match.price * match.size
        account.volume += notional
        fee = self._charge(account, match, order, notional)
        fill = Fill(
            user=account.address,
            coin=order.coin,
            price=match.price,
            size=match.size,
            side=order.side,
            time=self._state.now,
            start_position=start,
            direction=self._direction(match, account, start, signed),
            closed_pnl=round_usd(profit),
            hash=self._state.ids.hash(),
            oid=order.oid,
            crossed=order is match.taker,
            fee=fee,
            tid=match.tid,
            cloid=order.cloid,
            liquidation=match.liquidation,
        )
        account.fills.append(fill)
        self._state.ledger_fills.append(fill)
        self._state.events.add(UserFilled(fill))

    def _move(
        self,
        account: Account,
        position: Position,
        signed: Decimal,
        price: Decimal,
        coin: CoinMarket,
    ) -> Decimal:
        start = position.size
        if account.is_isolated(position.coin):
            leverage = self._margin.setting(account, coin.perp).value
            before = position.isolated_usd + start * price
            after = round_usd(isolated_equity(before, start, signed, price, leverage))
            position.isolated_usd = after - (start + signed) * price
            account.raw_usd += before - after
        else:
            account.raw_usd -= signed * price
        profit = position.change(signed, price)
        if position.size:
            coin.holders[account.address] = account
        else:
            coin.holders.pop(account.address, None)
        return profit

    def _charge(
        self, account: Account, match: Match, order: WorkingOrder, notional: Decimal
    ) -> Decimal:
        if match.fee_free:
            return ZERO
        rates = account.fee_rates
        fee = round_usd(notional * (rates.taker if order is match.taker else rates.maker))
        account.raw_usd -= fee
        self._state.fees_collected += fee
        return fee

    @staticmethod
    def _direction(
        match: Match, account: Account, start: Decimal, signed: Decimal
    ) -> FillDirection:
        liquidation = match.liquidation
        if liquidation is not None and liquidation.liquidated_user == account.address:
            coin = match.taker.coin
            return _LIQUIDATED[not account.is_isolated(coin), start > 0]
        return direction_of(start, signed)

    def _publish(self, match: Match, coin: CoinMarket) -> None:
        taker, maker = match.taker.account.address, match.maker.account.address
        buyer, seller = (taker, maker) if match.taker.is_buy else (maker, taker)
        trade = Trade(
            coin=match.taker.coin,
            side=match.taker.side,
            price=match.price,
            size=match.size,
            time=self._state.now,
            hash=self._state.ids.hash(),
            tid=match.tid,
            buyer=buyer,
            seller=seller,
        )
        coin.trades.append(trade)
        coin.last_price = match.price
        coin.candles.trade(self._state.now, match.price, match.size)
        self._state.events.add(Traded(trade))
        self._state.events.add_once(CandleChanged(trade.coin))


def isolated_equity(
    before: Decimal, start: Decimal, signed: Decimal, price: Decimal, leverage: int
) -> Decimal:
    """An isolated position's equity after a fill: opening adds initial margin from the cross
    margin, reducing gives back its share, and turning does both."""
    end = start + signed
    if start * signed >= 0:
        return before + abs(signed) * price / leverage
    if start * end >= 0:
        return before * end / start
    return abs(end) * price / leverage
