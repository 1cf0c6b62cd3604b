"""The market as everybody sees it."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import islice

from local_exchange.engine.book import BookSide
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.funding import hourly_rate, impact_prices, mean_premium, sample_premium
from local_exchange.engine.orders import Side
from local_exchange.engine.state import State
from local_exchange.engine.views import AssetContext, BookLevel, BookSnapshot
from local_exchange.engine.working_order import ZERO

BOOK_LEVELS = 20
_FIGURES = range(2, 6)
_MANTISSAS = (1, 2, 5)


class MarketViews:
    """Makes the views; changes nothing."""

    def __init__(self, state: State) -> None:
        self._state = state

    def mids(self) -> dict[str, Decimal]:
        """By coin string, spot pairs at their fixed price."""
        mids = {coin.perp.name: coin.mid() for coin in self._state.live_coins()}
        pairs = self._state.config.universe.spot_pairs
        return mids | {pair.name: pair.price for pair in pairs}

    def book(self, coin: CoinMarket, figures: int | None, mantissa: int) -> BookSnapshot:
        """The best 20 levels a side, grouped if `figures` is given."""
        if figures is None:
            bids, asks = (_top(coin.book.side(side).levels()) for side in Side)
        else:
            _check_grouping(figures, mantissa)
            step = mantissa * Decimal(1).scaleb(coin.mark.adjusted() - figures + 1)
            bids, asks = (_top(_grouped(coin.book.side(side), side, step)) for side in Side)
        return BookSnapshot(coin.perp.name, self._state.now, bids, asks)

    def context(self, coin: CoinMarket) -> AssetContext:
        """The facts of one perpetual; a delisted one has a price and nothing else."""
        perp = coin.perp
        if perp.is_delisted:
            return AssetContext(
                perp.name,
                ZERO,
                ZERO,
                coin.mark,
                ZERO,
                ZERO,
                None,
                coin.oracle,
                coin.mark,
                None,
                None,
            )
        day = coin.candles.day(self._state.now)
        longs = (holder.size_of(perp.name) for holder in coin.holders.values())
        return AssetContext(
            coin=perp.name,
            funding=hourly_rate(mean_premium(coin)),
            open_interest=sum((size for size in longs if size > 0), ZERO),
            previous_day_price=day.previous_price,
            day_notional_volume=day.notional_volume,
            day_base_volume=day.base_volume,
            premium=sample_premium(coin),
            oracle_price=coin.oracle,
            mark_price=coin.mark,
            mid_price=coin.book.mid(),
            impact_prices=impact_prices(coin),
        )


def _top(levels: Iterable[BookLevel]) -> tuple[BookLevel, ...]:
    return tuple(islice(levels, BOOK_LEVELS))


def _grouped(side: BookSide, which: Side, step: Decimal) -> Iterable[BookLevel]:
    rounding = ROUND_FLOOR if which is Side.BUY else ROUND_CEILING
    groups: dict[Decimal, BookLevel] = {}
    for level in side.levels():
        price = (level.price / step).to_integral_value(rounding) * step
        known = groups.get(price, BookLevel(price, ZERO, 0))
        groups[price] = BookLevel(price, known.size + level.size, known.orders + level.orders)
    return groups.values()


def _check_grouping(figures: int, mantissa: int) -> None:
    is_known = figures in _FIGURES and mantissa in _MANTISSAS
    if not is_known or (mantissa != 1 and figures != _FIGURES[-1]):
        raise ValueError(
            f"cannot group a book by {figures} significant figures and mantissa {mantissa}: "
            "give 2 to 5 figures, and a mantissa of 2 or 5 only with 5"
        )
