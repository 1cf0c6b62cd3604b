"""Maintenance margin by tier: mm = notional x rate_k - deduction_k.

rate_k is half of the initial margin at the tier's maximum leverage; deduction_k = deduction_{k-1}
+ lowerBound_k x (rate_k - rate_{k-1}). Source: the venue's "margin tiers".
"""

from dataclasses import dataclass
from decimal import Decimal

from local_exchange.engine.instruments import MarginTable


@dataclass(frozen=True, slots=True)
class _Tier:
    lower_bound: Decimal
    max_leverage: int
    rate: Decimal
    deduction: Decimal


class TierSchedule:
    """A margin table ready for calculation."""

    def __init__(self, table: MarginTable) -> None:
        self._tiers: list[_Tier] = []
        rate = deduction = Decimal(0)
        for tier in table.tiers:
            previous, rate = rate, Decimal(1) / (2 * tier.max_leverage)
            deduction += tier.lower_bound * (rate - previous)
            self._tiers.append(_Tier(tier.lower_bound, tier.max_leverage, rate, deduction))

    def _tier(self, notional: Decimal) -> _Tier:
        return next(tier for tier in reversed(self._tiers) if notional >= tier.lower_bound)

    def maintenance(self, notional: Decimal) -> Decimal:
        """The maintenance margin of a position of that notional, in USDC."""
        tier = self._tier(notional)
        return notional * tier.rate - tier.deduction

    def maintenance_rate(self, notional: Decimal) -> Decimal:
        """The marginal rate at that notional."""
        return self._tier(notional).rate

    def max_leverage(self, notional: Decimal) -> int:
        """The most leverage that a position of that notional may have."""
        return self._tier(notional).max_leverage
