"""One figure for how well the orders were executed. Pure."""

from decimal import Decimal

from trader.lifecycle.analysis_events import ExecutionQuality
from trader.performance.subject import ZERO

HALF_SCORE_BPS = Decimal(10)
"""The slippage at which a price scores one half."""


def quality_score(quality: ExecutionQuality) -> float | None:
    """Fill ratio times the mean price score of entry and exit: 0 (worst) to 1.

    A price scores 10 / (10 + slippage in bps), and 1 when it was no worse than its benchmark:
    luck is not skill, so an improvement earns no more. The entry is held against the decision
    price, or against the arrival price when the decision saw none. A leg without a benchmark is
    left out. None when nothing traded, or no leg has a benchmark.

    Worse slippage never raises the score, and a higher fill ratio never lowers it.
    """
    prices = [_price_score(cost) for cost in (_entry_cost(quality), quality.exit_slippage_bps)]
    known = [score for score in prices if score is not None]
    if quality.fill_ratio is None or not known:
        return None
    filled = min(quality.fill_ratio, Decimal(1))
    return float(filled * sum(known, ZERO) / len(known))


def _entry_cost(quality: ExecutionQuality) -> Decimal | None:
    if quality.slippage_to_decision_bps is not None:
        return quality.slippage_to_decision_bps
    return quality.slippage_to_arrival_bps


def _price_score(cost_bps: Decimal | None) -> Decimal | None:
    if cost_bps is None:
        return None
    return HALF_SCORE_BPS / (HALF_SCORE_BPS + max(cost_bps, ZERO))
