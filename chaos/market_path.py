"""Where a scenario's prices go: a walk around the opening ones, so wide that exits are hit."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

OPENING = {
    "BTC": 100_000.0,
    "ETH": 3_000.0,
    "SOL": 150.0,
    "HYPE": 40.0,
    "DOGE": 0.2,
    "kPEPE": 0.01,
    "ARB": 0.5,
}
"""The coins that are traded, and the mids at which the local exchange opens."""

STEP_SECONDS = 0.15
"""One coin moves each time."""
STEP_SIZE = 0.006
"""Standard deviation of the log price in one move of a coin."""
REVERSION = 0.05
"""The share of its way back to the opening price that a coin goes in one move."""
SIGNIFICANT_FIGURES = 5
MOST_DECIMALS = 5
"""Every coin's tick allows so many, within the significant figures."""


@dataclass(frozen=True, slots=True)
class Move:
    """At `at` seconds the coin's mid, mark and oracle become `mid`."""

    at: float
    symbol: str
    mid: str


class MarketPath:
    """The moves of a scenario, and the price of a coin between them."""

    def __init__(self, random: Random, seconds: float) -> None:
        self.moves = tuple(_walk(random, seconds))

    def price(self, symbol: str, at: float) -> float:
        """The coin's mid at that second."""
        before = [move for move in self.moves if move.symbol == symbol and move.at <= at]
        return float(before[-1].mid) if before else OPENING[symbol]


def price_text(price: float) -> str:
    """The price as the venue takes it for any of the coins, without an exponent."""
    figures_left = SIGNIFICANT_FIGURES - 1 - math.floor(math.log10(price))
    rounded = round(price, min(figures_left, MOST_DECIMALS))
    return f"{rounded:.{max(0, min(figures_left, MOST_DECIMALS))}f}"


def _walk(random: Random, seconds: float) -> Iterator[Move]:
    distance = dict.fromkeys(OPENING, 0.0)
    for step in range(1, int(seconds / STEP_SECONDS)):
        symbol = random.choice(list(OPENING))
        distance[symbol] += random.gauss(0.0, STEP_SIZE) - REVERSION * distance[symbol]
        mid = OPENING[symbol] * math.exp(distance[symbol])
        yield Move(step * STEP_SECONDS, symbol, price_text(mid))
