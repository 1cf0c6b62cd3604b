"""The perpetuals account as its owner sees it."""

from decimal import Decimal

from local_exchange.engine.account import Account, LeverageSetting, Position
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.margin import Margin
from local_exchange.engine.precision import round_usd
from local_exchange.engine.state import State
from local_exchange.engine.views import (
    ActiveAsset,
    ClearinghouseState,
    CumulativeFunding,
    Leverage,
    LeverageType,
    MarginSummary,
    PositionView,
)
from local_exchange.engine.working_order import ZERO

RATIO_QUANTUM = Decimal("0.0000000001")


class AccountViews:
    """Makes the views; changes nothing."""

    def __init__(self, state: State, margin: Margin) -> None:
        self._state = state
        self._margin = margin

    def clearinghouse(self, account: Account) -> ClearinghouseState:
        """Positions and margin summaries. Notionals are given with 6 decimals."""
        cross = self._margin.cross_positions(account)
        positions = account.open_positions()
        isolated = [each for each in positions if account.is_isolated(each.coin)]
        isolated_value = sum((self._margin.isolated_value(each) for each in isolated), ZERO)
        isolated_usd = sum((each.isolated_usd for each in isolated), ZERO)
        cross_margin = self._initial(account, cross)
        cross_value = self._margin.cross_value(account)
        return ClearinghouseState(
            positions=tuple(self._position(account, each) for each in positions),
            margin_summary=_summary(
                cross_value + isolated_value,
                self._notional(positions),
                account.raw_usd + isolated_usd,
                cross_margin + isolated_value,
            ),
            cross_margin_summary=_summary(
                cross_value, self._notional(cross), account.raw_usd, cross_margin
            ),
            cross_maintenance_margin_used=round_usd(self._margin.cross_maintenance(account)),
            withdrawable=round_usd(self._margin.withdrawable(account)),
            time=self._state.now,
        )

    def active_asset(self, account: Account, coin: CoinMarket) -> ActiveAsset:
        """What could be traded now; the side against the position may close and turn it too."""
        setting = self._margin.setting(account, coin.perp)
        free = max(ZERO, self._margin.cross_value(account) - self._margin.required(account))
        held = account.size_of(coin.perp.name)
        turning = 2 * abs(held) * coin.mark / setting.value
        available = (
            free + (turning if held < 0 else ZERO),
            free + (turning if held > 0 else ZERO),
        )
        lot = Decimal(1).scaleb(-coin.perp.size_decimals)
        buy, sell = (
            (margin * setting.value / coin.mark).quantize(lot, "ROUND_DOWN") for margin in available
        )
        return ActiveAsset(
            leverage=_leverage(setting, None),
            max_trade_sizes=(buy, sell),
            available_to_trade=(round_usd(available[0]), round_usd(available[1])),
            mark_price=coin.mark,
        )

    def _position(self, account: Account, position: Position) -> PositionView:
        coin = self._state.coins[position.coin]
        setting = self._margin.setting(account, coin.perp)
        profit = position.size * (coin.mark - position.entry_price)
        used = (
            self._margin.initial(account, position)
            if setting.is_cross
            else self._margin.isolated_value(position)
        )
        invested = abs(position.size) * position.entry_price / setting.value
        return PositionView(
            coin=position.coin,
            size=position.size,
            leverage=_leverage(setting, None if setting.is_cross else position.isolated_usd),
            entry_price=_on_price_grid(coin, position.entry_price),
            position_value=round_usd(self._margin.notional(position)),
            unrealized_pnl=round_usd(profit),
            return_on_equity=(profit / invested).quantize(RATIO_QUANTUM),
            liquidation_price=self._liquidation_price(account, position, coin),
            margin_used=round_usd(used),
            max_leverage=coin.perp.max_leverage,
            funding=CumulativeFunding(
                position.funding_all_time,
                position.funding_since_open,
                position.funding_since_change,
            ),
        )

    def _liquidation_price(
        self, account: Account, position: Position, coin: CoinMarket
    ) -> Decimal | None:
        """price - side x available / size / (1 - rate x side), at the mark."""
        if account.is_isolated(position.coin):
            available = self._margin.isolated_value(position) - self._margin.maintenance(position)
        else:
            value = self._margin.cross_value(account)
            available = value - self._margin.cross_maintenance(account)
        side = 1 if position.size > 0 else -1
        rate = coin.tiers.maintenance_rate(self._margin.notional(position))
        price = coin.mark - side * available / abs(position.size) / (1 - rate * side)
        return _on_price_grid(coin, price) if price > 0 else None

    def _initial(self, account: Account, positions: list[Position]) -> Decimal:
        return sum((self._margin.initial(account, each) for each in positions), ZERO)

    def _notional(self, positions: list[Position]) -> Decimal:
        return sum((self._margin.notional(each) for each in positions), ZERO)


def _leverage(setting: LeverageSetting, raw_usd: Decimal | None) -> Leverage:
    kind = LeverageType.CROSS if setting.is_cross else LeverageType.ISOLATED
    return Leverage(kind, setting.value, raw_usd)


def _on_price_grid(coin: CoinMarket, price: Decimal) -> Decimal:
    return price.quantize(Decimal(1).scaleb(-coin.perp.price_decimals))


def _summary(value: Decimal, notional: Decimal, raw: Decimal, used: Decimal) -> MarginSummary:
    return MarginSummary(round_usd(value), round_usd(notional), round_usd(raw), round_usd(used))
