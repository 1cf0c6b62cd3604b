"""Leverage settings and the margin of isolated positions."""

from decimal import Decimal

from local_exchange.engine.account import Account, LeverageSetting, Position
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.errors import ActionRejected
from local_exchange.engine.margin import MIN_TRANSFER_MARGIN, Margin
from local_exchange.engine.state import State


class LeverageDesk:
    """Changes how coins are margined. Raises ActionRejected in the venue's words."""

    def __init__(self, state: State, margin: Margin) -> None:
        self._state = state
        self._margin = margin

    def update(self, account: Account, asset: int, setting: LeverageSetting) -> None:
        """Leverage goes up freely, and down as far as the margin suffices."""
        coin = self._coin(asset)
        if not 1 <= setting.value <= coin.perp.max_leverage:
            raise ActionRejected("Invalid leverage value")
        current = self._margin.setting(account, coin.perp)
        position = account.position(coin.perp.name)
        if position.size and current.is_cross != setting.is_cross:
            raise ActionRejected("Cannot switch leverage type with open position.")
        account.leverages[coin.perp.name] = setting
        if setting.value < current.value and not self._suffices(account, position, setting):
            account.leverages[coin.perp.name] = current
            raise ActionRejected(_insufficient_for(setting))

    def update_isolated_margin(self, account: Account, asset: int, usd: Decimal) -> None:
        """Move USDC between the cross margin and an isolated position."""
        coin = self._coin(asset)
        if usd == 0:
            raise ActionRejected("Update to isolated margin cannot be zero.")
        if not account.is_isolated(coin.perp.name):
            raise ActionRejected("Position does not use isolated margin.")
        position = account.position(coin.perp.name)
        if not position.size:
            raise ActionRejected("Cannot update margin for empty position.")
        if usd > self._margin.withdrawable(account):
            raise ActionRejected("Account does not have sufficient margin available for increase.")
        if usd < 0 and self._margin.isolated_value(position) + usd < self._floor(account, position):
            raise ActionRejected("Position does not have sufficient margin for reduction.")
        position.isolated_usd += usd
        account.raw_usd -= usd

    def _floor(self, account: Account, position: Position) -> Decimal:
        tenth = MIN_TRANSFER_MARGIN * self._margin.notional(position)
        return max(tenth, self._margin.initial(account, position))

    def _suffices(self, account: Account, position: Position, setting: LeverageSetting) -> bool:
        if not setting.is_cross and position.size:
            needed = self._margin.initial(account, position)
            if self._margin.isolated_value(position) < needed:
                return False
        return self._margin.required(account) <= self._margin.cross_value(account)

    def _coin(self, asset: int) -> CoinMarket:
        perp = self._state.config.universe.perp(asset)
        if perp is None or perp.is_delisted:
            raise ActionRejected("Invalid leverage value")
        return self._state.coins[perp.name]


def _insufficient_for(setting: LeverageSetting) -> str:
    kind, remedy = (
        ("Cross", "deposit more collateral.")
        if setting.is_cross
        else ("Isolated", "add margin to the position.")
    )
    return (
        f"{kind} position does not have sufficient margin available to decrease leverage. "
        f"To decrease leverage, {remedy}"
    )
