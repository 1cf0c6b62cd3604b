"""A coin's fair price: a seeded random walk of the log price, pulled back to its anchor."""

import math
from decimal import Decimal
from random import Random

from local_exchange.engine.config import MarketConfig
from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.precision import floor_to_tick

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


class PriceProcess:
    """The same seed gives the same path for the same steps."""

    def __init__(self, perp: PerpInstrument, config: MarketConfig) -> None:
        self._perp = perp
        self._config = config
        self._random = Random(f"{config.seed}:{perp.name}:price")
        self._anchor = self._log = math.log(perp.initial_price)

    def step(self, elapsed_ms: int) -> Decimal:
        """The price after that time, on the tick."""
        sigma = self._config.volatility * math.sqrt(elapsed_ms / YEAR_MS)
        pull = min(1.0, self._config.reversion * elapsed_ms / HOUR_MS)
        self._log += pull * (self._anchor - self._log) + self._random.gauss(0.0, sigma)
        return floor_to_tick(self._perp, Decimal(math.exp(self._log)))

    def jump(self, price: Decimal) -> None:
        """Go on from this price, and be pulled back to it."""
        self._anchor = self._log = math.log(price)
