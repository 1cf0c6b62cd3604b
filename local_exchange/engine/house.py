"""The house: an account that quotes a ladder of real resting orders around the fair price."""

from decimal import Decimal
from random import Random

from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.config import MarketConfig
from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.matching import Matcher
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import OrderStatus, Side
from local_exchange.engine.precision import ceil_to_tick, floor_to_tick, tick_at
from local_exchange.engine.state import State
from local_exchange.engine.working_order import Stage, WorkingOrder

Ladder = dict[Decimal, Decimal]
"""Sizes by price, the best price first."""


class _LadderShape:
    """The ladder of one coin around a mid.

    The best prices follow the mid; those behind them stand on a grid that stays where it is, so
    that a small move replaces few orders.
    """

    def __init__(self, perp: PerpInstrument, config: MarketConfig) -> None:
        self._perp = perp
        self._config = config
        random = Random(f"{config.seed}:{perp.name}:depth")
        typical = float(config.level_notional / perp.initial_price)
        lot = Decimal(1).scaleb(-perp.size_decimals)
        self._sizes = [
            max(lot, Decimal(typical * random.uniform(0.5, 1.5)).quantize(lot))
            for _ in range(config.levels)
        ]

    def around(self, mid: Decimal) -> dict[Side, Ladder]:
        """Both sides' ladders."""
        reach = self._config.half_spread + self._config.levels * self._config.level_spacing
        tick = tick_at(self._perp, mid * (1 + reach))
        half = max(tick, mid * self._config.half_spread)
        spacing = max(tick, _round_figure(mid * self._config.level_spacing))
        bid = floor_to_tick(self._perp, mid - half)
        ask = ceil_to_tick(self._perp, mid + half)
        return {
            Side.BUY: self._ladder(bid, spacing, -1),
            Side.SELL: self._ladder(ask, spacing, 1),
        }

    def _ladder(self, best: Decimal, spacing: Decimal, direction: int) -> Ladder:
        index = int(best / spacing)
        prices = [best]
        if direction > 0 or index * spacing == best:
            index += direction
        last = index + direction * (len(self._sizes) - 1)
        prices += [number * spacing for number in range(index, last, direction)]
        return {price: self._size(int(price / spacing)) for price in prices if price > 0}

    def _size(self, index: int) -> Decimal:
        return self._sizes[index % len(self._sizes)]


def _round_figure(value: Decimal) -> Decimal:
    """The largest 1, 2 or 5 times a power of ten that is not above `value`."""
    unit = Decimal(1).scaleb(value.adjusted())
    return next(unit * factor for factor in (5, 2, 1) if unit * factor <= value)


class House:
    """Keeps its orders equal to the wanted ladder; what crosses users' orders fills them."""

    def __init__(self, state: State, desk: OrderDesk, matcher: Matcher) -> None:
        self._state = state
        self._desk = desk
        self._matcher = matcher
        config = state.config.market
        self._shapes = {
            coin.perp.name: _LadderShape(coin.perp, config) for coin in state.live_coins()
        }
        self._ladders: dict[str, tuple[Decimal, dict[Side, Ladder]]] = {}
        self._quotes: dict[str, dict[Side, dict[Decimal, WorkingOrder]]] = {
            name: {side: {} for side in Side} for name in self._shapes
        }

    def quote(self, coin: CoinMarket, mid: Decimal) -> None:
        """Quote the ladder around `mid`, filling up what was taken."""
        name = coin.perp.name
        cached = self._ladders.get(name)
        if cached is None or cached[0] != mid:
            cached = self._ladders[name] = (mid, self._shapes[name].around(mid))
        self.quote_ladders(coin, cached[1])

    def quote_ladders(self, coin: CoinMarket, ladders: dict[Side, Ladder]) -> None:
        """Quote exactly these sizes: first withdraw what is not wanted, then place what is new."""
        quotes = self._quotes[coin.perp.name]
        for side, ladder in ladders.items():
            self._withdraw(quotes[side], ladder)
        for side, ladder in ladders.items():
            for price, size in ladder.items():
                if price not in quotes[side]:
                    quotes[side][price] = self._place(coin, side, price, size)

    def _withdraw(self, quotes: dict[Decimal, WorkingOrder], ladder: Ladder) -> None:
        for price, order in list(quotes.items()):
            if order.stage is Stage.RESTING:
                if ladder.get(price) == order.size:
                    continue
                self._desk.end(order, OrderStatus.CANCELED)
            del quotes[price]

    def _place(self, coin: CoinMarket, side: Side, price: Decimal, size: Decimal) -> WorkingOrder:
        order = WorkingOrder(
            account=self._state.house,
            oid=self._state.ids.oid(),
            asset=coin.perp.asset,
            coin=coin.perp.name,
            side=side,
            price=price,
            size=size,
            time=self._state.now,
        )
        self._matcher.match(order)
        if order.stage is not Stage.ENDED:
            self._desk.rest(order)
        return order
