"""Moves the prices: fair price, oracle, the house's quotes, mark, and what the mark sets off.

The oracle follows the fair price; the mark is the median of oracle + 150-second average of (mid -
oracle), of median(bid, ask, last trade), and of the fair price, which stands for other venues.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.events import CandleChanged, MidsChanged
from local_exchange.engine.house import House
from local_exchange.engine.liquidation import Liquidation
from local_exchange.engine.orders import Side
from local_exchange.engine.price_process import PriceProcess
from local_exchange.engine.state import State
from local_exchange.engine.triggers import Triggers
from local_exchange.engine.views import BookLevel
from local_exchange.engine.working_order import ZERO

ORACLE_LAG_MS = 3_000
BASIS_AVERAGE_MS = 150_000


@dataclass(slots=True, eq=False)
class _Pricing:
    """`has_fixed_depth` while the house's book was told and is left alone."""

    coin: CoinMarket
    process: PriceProcess
    fair: Decimal
    basis: Decimal = ZERO
    has_fixed_depth: bool = False


class Market:
    """All live coins."""

    def __init__(
        self, state: State, house: House, triggers: Triggers, liquidation: Liquidation
    ) -> None:
        self._state = state
        self._house = house
        self._triggers = triggers
        self._liquidation = liquidation
        self._pricings = {
            coin.perp.name: _Pricing(
                coin, PriceProcess(coin.perp, state.config.market), coin.perp.initial_price
            )
            for coin in state.live_coins()
        }
        for pricing in self._pricings.values():
            self._quote(pricing)
            self._touch_candle(pricing)

    def step(self, elapsed_ms: int) -> None:
        """Let all prices move by that much time."""
        self._state.ids.begin_transaction()
        for pricing in self._pricings.values():
            pricing.fair = pricing.process.step(elapsed_ms)
            pricing.has_fixed_depth = False
            self._follow_oracle(pricing, elapsed_ms)
            self._quote(pricing)
            self._follow_mark(pricing, elapsed_ms)
            self._touch_candle(pricing)
            self._triggers.fire_due(pricing.coin)
        self._finish(list(self._pricings))

    def stand_still(self) -> None:
        """Let time pass without a move: the house fills up its ladder, the candles go on."""
        for pricing in self._pricings.values():
            if not pricing.has_fixed_depth:
                self._quote(pricing)
            self._touch_candle(pricing)
        self._triggers.activate_children()
        self._liquidation.liquidate_holders(list(self._pricings))
        self._triggers.activate_children()

    def set_mid(self, name: str, price: Decimal) -> None:
        """Move one coin to `price` at once."""
        if price <= 0:
            raise ValueError(f"the mid of {name} cannot be {price}: give a positive price")
        pricing = self._pricing(name)
        self._state.ids.begin_transaction()
        pricing.process.jump(price)
        pricing.fair = pricing.coin.oracle = pricing.coin.mark = price
        pricing.basis = ZERO
        pricing.has_fixed_depth = False
        self._quote(pricing)
        self._touch_candle(pricing)
        self._triggers.fire_due(pricing.coin)
        self._finish([name])

    def set_depth(
        self, name: str, levels: tuple[Sequence[BookLevel], Sequence[BookLevel]] | None
    ) -> None:
        """Fix the house's book, or let it follow the ladder again."""
        pricing = self._pricing(name)
        if levels is not None:
            _check_depth(*levels)
        self._state.ids.begin_transaction()
        pricing.has_fixed_depth = levels is not None
        if levels is None:
            self._quote(pricing)
        else:
            bids, asks = levels
            ladders = {
                Side.BUY: {level.price: level.size for level in bids},
                Side.SELL: {level.price: level.size for level in asks},
            }
            self._house.quote_ladders(pricing.coin, ladders)
        self._finish([])

    def _pricing(self, name: str) -> _Pricing:
        pricing = self._pricings.get(name)
        if pricing is None:
            raise ValueError(f"no live coin {name!r}: choose one of {', '.join(self._pricings)}")
        return pricing

    def _quote(self, pricing: _Pricing) -> None:
        self._house.quote(pricing.coin, pricing.fair)

    def _follow_oracle(self, pricing: _Pricing, elapsed_ms: int) -> None:
        coin = pricing.coin
        share = min(Decimal(1), Decimal(elapsed_ms) / ORACLE_LAG_MS)
        coin.oracle = _round(coin, coin.oracle + (pricing.fair - coin.oracle) * share)

    def _follow_mark(self, pricing: _Pricing, elapsed_ms: int) -> None:
        coin = pricing.coin
        share = min(Decimal(1), Decimal(elapsed_ms) / BASIS_AVERAGE_MS)
        pricing.basis += (coin.mid() - coin.oracle - pricing.basis) * share
        bid, ask = coin.book.bids.best_price(), coin.book.asks.best_price()
        last = coin.last_price
        local = median([last if bid is None else bid, last if ask is None else ask, last])
        coin.mark = _round(coin, median([coin.oracle + pricing.basis, local, pricing.fair]))

    def _touch_candle(self, pricing: _Pricing) -> None:
        pricing.coin.candles.touch(self._state.now, pricing.coin.mid())
        self._state.events.add_once(CandleChanged(pricing.coin.perp.name))

    def _finish(self, moved: list[str]) -> None:
        self._triggers.activate_children()
        self._liquidation.liquidate_holders(moved)
        self._triggers.activate_children()
        self._state.events.add_once(MidsChanged())


def _round(coin: CoinMarket, price: Decimal) -> Decimal:
    return price.quantize(Decimal(1).scaleb(-coin.perp.price_decimals))


def _check_depth(bids: Sequence[BookLevel], asks: Sequence[BookLevel]) -> None:
    for side in (bids, asks):
        prices = [level.price for level in side]
        if len(set(prices)) < len(prices):
            raise ValueError(f"the same price stands twice in {prices}")
        if any(level.price <= 0 or level.size <= 0 for level in side):
            raise ValueError(f"prices and sizes must be positive: {side}")
    if bids and asks and max(b.price for b in bids) >= min(a.price for a in asks):
        raise ValueError("the highest bid must be below the lowest ask")
