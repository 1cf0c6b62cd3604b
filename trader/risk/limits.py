"""The limits that the pre-trade controls hold an entry to."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from trader.settings import Settings


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Notional in US dollars; the collar in basis points of the mid."""

    max_order_notional: Decimal
    price_collar_bps: Decimal
    max_price_age: timedelta
    is_halted: bool

    @classmethod
    def of(cls, settings: Settings) -> "RiskLimits":
        """The limits that the settings name."""
        return cls(
            max_order_notional=settings.max_order_notional,
            price_collar_bps=settings.price_collar_bps,
            max_price_age=timedelta(seconds=settings.max_price_age_seconds),
            is_halted=settings.halted,
        )
