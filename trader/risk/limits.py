"""The limits that the pre-trade controls hold an entry to."""

from datetime import timedelta

from trader.model import Record
from trader.money import Amount
from trader.settings import Settings


class RiskLimits(Record):
    """Notional in US dollars; the collar in basis points of the mid."""

    max_order_notional: Amount
    price_collar_bps: Amount
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
