"""Where a scenario's prices go: a walk around the opening ones, so wide that exits are hit."""

import math
from collections.abc import Iterator, Sequence
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
JUMP_SIZE = 0.15
SIGNIFICANT_FIGURES = 5
MOST_DECIMALS = 5
"""Every coin's tick allows so many, within the significant figures."""


@dataclass(frozen=True, slots=True)
class Move:
    """At `at` seconds the coin's mid, mark and oracle become `mid`."""

    at: float
    symbol: str
    mid: str


@dataclass(frozen=True, slots=True)
class Jump:
    """At `at` seconds a coin is by JUMP_SIZE higher (`sign` 1) or lower (-1) than just before."""

    at: float
    symbol: str
    sign: int


class MarketPath:
    """The moves of a scenario, and the price of a coin between them."""

    def __init__(self, random: Random, seconds: float, jumps: Sequence[Jump] = ()) -> None:
        self.moves = tuple(_walk(random, seconds, jumps))

    def price(self, symbol: str, at: float) -> float:
        """The coin's mid at that second."""
        before = [move for move in self.moves if move.symbol == symbol and move.at <= at]
        return float(before[-1].mid) if before else OPENING[symbol]


def price_text(price: float) -> str:
    """The price as the venue takes it for any of the coins, without an exponent."""
    figures_left = SIGNIFICANT_FIGURES - 1 - math.floor(math.log10(price))
    rounded = round(price, min(figures_left, MOST_DECIMALS))
    return f"{rounded:.{max(0, min(figures_left, MOST_DECIMALS))}f}"


def _walk(random: Random, seconds: float, jumps: Sequence[Jump]) -> Iterator[Move]:
    distance = dict.fromkeys(OPENING, 0.0)
    ahead = sorted(jumps, key=lambda jump: jump.at)
    for step in range(1, int(seconds / STEP_SECONDS)):
        at = step * STEP_SECONDS
        while ahead and ahead[0].at <= at:
            jump = ahead.pop(0)
            distance[jump.symbol] += math.log1p(jump.sign * JUMP_SIZE)
            yield _move(jump.at, jump.symbol, distance)
        symbol = random.choice(list(OPENING))
        distance[symbol] += random.gauss(0.0, STEP_SIZE) - REVERSION * distance[symbol]
        yield _move(at, symbol, distance)


def _move(at: float, symbol: str, distance: dict[str, float]) -> Move:
    return Move(at, symbol, price_text(OPENING[symbol] * math.exp(distance[symbol])))
