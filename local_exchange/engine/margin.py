"""Initial and maintenance margin of accounts, at the mark prices of now.

Initial margin = |size| x mark / leverage, of positions and of resting orders that may increase
them; account value = cash + signed notional. Isolated positions stand for themselves.
"""

from decimal import Decimal

from local_exchange.engine.account import Account, LeverageSetting, Position, RestingSizes
from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.state import State
from local_exchange.engine.working_order import ZERO, WorkingOrder

MIN_TRANSFER_MARGIN = Decimal("0.1")
_NOTHING_RESTS = RestingSizes()


class Margin:
    """Answers about margin; changes nothing."""

    def __init__(self, state: State) -> None:
        self._state = state

    def setting(self, account: Account, perp: PerpInstrument) -> LeverageSetting:
        """The account's leverage of a coin; untouched coins have the default, cross."""
        setting = account.leverages.get(perp.name)
        if setting is not None:
            return setting
        return LeverageSetting(min(self._state.config.default_leverage, perp.max_leverage), True)

    def cross_positions(self, account: Account) -> list[Position]:
        """The open positions that share the account's collateral."""
        return [each for each in account.open_positions() if not account.is_isolated(each.coin)]

    def notional(self, position: Position) -> Decimal:
        """|size| x mark."""
        return abs(position.size) * self._state.coins[position.coin].mark

    def cross_value(self, account: Account) -> Decimal:
        """The account value of the cross margin."""
        value = account.raw_usd
        for position in self.cross_positions(account):
            value += position.size * self._state.coins[position.coin].mark
        return value

    def isolated_value(self, position: Position) -> Decimal:
        """The equity of an isolated position."""
        return position.isolated_usd + position.size * self._state.coins[position.coin].mark

    def maintenance(self, position: Position) -> Decimal:
        """The maintenance margin of one position."""
        return self._state.coins[position.coin].tiers.maintenance(self.notional(position))

    def cross_maintenance(self, account: Account) -> Decimal:
        """The maintenance margin of the cross positions."""
        return sum((self.maintenance(each) for each in self.cross_positions(account)), ZERO)

    def initial(self, account: Account, position: Position) -> Decimal:
        """The initial margin of one position."""
        perp = self._state.coins[position.coin].perp
        return self.notional(position) / self.setting(account, perp).value

    def required(self, account: Account) -> Decimal:
        """What positions and resting orders bind of the cross margin."""
        coins = {coin for coin, sizes in account.resting.items() if sizes.buys or sizes.sells}
        coins.update(position.coin for position in account.open_positions())
        return sum((self._required_for(account, coin) for coin in coins), ZERO)

    def withdrawable(self, account: Account) -> Decimal:
        """What could leave the account: at least a tenth of the cross notional must stay."""
        positions = self.cross_positions(account)
        tenth = MIN_TRANSFER_MARGIN * sum((self.notional(each) for each in positions), ZERO)
        free = self.cross_value(account) - max(self.required(account), tenth)
        return max(ZERO, free)

    def can_place(self, order: WorkingOrder) -> bool:
        """Whether the account can bear the order beside all that it has already."""
        account, coin = order.account, order.coin
        before = self._required_for(account, coin)
        after = self._required_for(account, coin, order)
        if after <= before:
            return True
        return self.required(account) - before + after <= self.cross_value(account)

    def can_fill_maker(self, maker: WorkingOrder, size: Decimal) -> bool:
        """Whether a resting order's owner can still bear the fill, after what the mark did."""
        account = maker.account
        if account.is_house or maker.reduce_only:
            return True
        start = account.size_of(maker.coin)
        signed = size if maker.is_buy else -size
        growth = abs(start + signed) - abs(start)
        if growth <= 0:
            return True
        coin = self._state.coins[maker.coin]
        bound = sum((self.initial(account, each) for each in self.cross_positions(account)), ZERO)
        bound += growth * coin.mark / self.setting(account, coin.perp).value
        return bound <= self.cross_value(account) + signed * (coin.mark - maker.price)

    def worst_size(self, order: WorkingOrder) -> Decimal:
        """The largest position that could come about if the order and what rests are filled."""
        sizes = order.account.resting.get(order.coin, _NOTHING_RESTS)
        return self._worst(order.account.size_of(order.coin), sizes, order)

    def _required_for(
        self, account: Account, coin: str, order: WorkingOrder | None = None
    ) -> Decimal:
        size = account.size_of(coin)
        worst = self._worst(size, account.resting.get(coin, _NOTHING_RESTS), order)
        if account.is_isolated(coin):
            worst -= abs(size)
        market = self._state.coins[coin]
        return worst * market.mark / self.setting(account, market.perp).value

    @staticmethod
    def _worst(size: Decimal, sizes: RestingSizes, order: WorkingOrder | None) -> Decimal:
        buys, sells = sizes.buys, sizes.sells
        if order is not None and not order.reduce_only:
            buys += order.size if order.is_buy else ZERO
            sells += ZERO if order.is_buy else order.size
        return max(abs(size), abs(size + buys), abs(size - sells))
