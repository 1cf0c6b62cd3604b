"""Prices before the exchange opened: a seeded walk backwards from the opening price."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.precision import SIGNIFICANT_FIGURES
from local_exchange.engine.working_order import ZERO

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
YEAR_MS = 365 * 24 * HOUR_MS
HISTORY_MINUTES = 1_500
HISTORY_HOURS = 720
_MINUTE_NOTIONAL = 200_000.0


@dataclass(slots=True)
class Bar:
    """Open, close, high and low of the time from `time` on; volume in coins and in USDC."""

    time: int
    open: Decimal
    close: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal = ZERO
    notional: Decimal = ZERO
    trades: int = 0

    def touch(self, price: Decimal) -> None:
        """The price came by."""
        self.close = price
        self.high = max(self.high, price)
        self.low = min(self.low, price)

    def add_trade(self, price: Decimal, size: Decimal) -> None:
        """A trade took place."""
        self.volume += size
        self.notional += price * size
        self.trades += 1

    def starting(self, time: int) -> "Bar":
        """A copy that starts at `time`."""
        return replace(self, time=time)

    def merge(self, later: "Bar") -> None:
        """Make this bar reach over the one that follows it."""
        self.close = later.close
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.volume += later.volume
        self.notional += later.notional
        self.trades += later.trades


class PriceHistory:
    """The history of one coin, the same for the same seed."""

    def __init__(self, perp: PerpInstrument, seed: int, volatility: float, start_ms: int) -> None:
        self._perp = perp
        self._seed = seed
        self._volatility = volatility
        self._start = start_ms

    def minutes(self) -> list[Bar]:
        """The minutes up to the one in which the exchange opened, oldest first."""
        end = self._start - self._start % MINUTE_MS
        return self._walk(MINUTE_MS, HISTORY_MINUTES, end, self._perp.initial_price)

    def hours(self, before: Bar) -> list[Bar]:
        """The hours before the hour of that bar, oldest first."""
        end = before.time - before.time % HOUR_MS
        return self._walk(HOUR_MS, HISTORY_HOURS, end, before.open)

    def _walk(self, length: int, count: int, end: int, close: Decimal) -> list[Bar]:
        random = Random(f"{self._seed}:{self._perp.name}:history:{length}")
        sigma = self._volatility * math.sqrt(length / YEAR_MS)
        bars = []
        for number in range(1, count + 1):
            bar = self._bar(random, sigma, end - number * length, length, close)
            bars.append(bar)
            close = bar.open
        return bars[::-1]

    def _bar(self, random: Random, sigma: float, time: int, length: int, close: Decimal) -> Bar:
        opening = self._grid(float(close) * math.exp(random.gauss(0.0, sigma)))
        high = self._grid(float(max(opening, close)) * math.exp(abs(random.gauss(0.0, sigma / 2))))
        low = self._grid(float(min(opening, close)) * math.exp(-abs(random.gauss(0.0, sigma / 2))))
        trades = random.randint(1, 40) * (length // MINUTE_MS)
        notional = _MINUTE_NOTIONAL * (length / MINUTE_MS) * random.lognormvariate(0.0, 0.5)
        volume = Decimal(f"{notional / float(close):.{self._perp.size_decimals}f}")
        return Bar(
            time,
            opening,
            close,
            max(high, opening, close),
            min(low, opening, close),
            volume,
            volume * close,
            trades,
        )

    def _grid(self, price: float) -> Decimal:
        figures_left = SIGNIFICANT_FIGURES - 1 - math.floor(math.log10(price))
        decimals = max(0, min(self._perp.price_decimals, figures_left))
        return Decimal(f"{price:.{decimals}f}")
