"""What an exchange is made of."""

from dataclasses import dataclass, field
from decimal import Decimal

from local_exchange.engine.instruments import Universe
from local_exchange.engine.listing import default_universe


@dataclass(frozen=True, slots=True)
class MarketConfig:
    """The seeded market: the same seed and the same actions at the same times give the same run.

    `volatility` is a year's standard deviation of the log price, `reversion` the pull back to the
    initial price per hour; with `frozen` prices move only by `Exchange.set_mid`. The house quotes
    `levels` prices each side, `half_spread` and `level_spacing` as fractions of the mid, of about
    `level_notional` USDC each.
    """

    seed: int = 0
    step_ms: int = 1_000
    volatility: float = 0.6
    reversion: float = 0.02
    frozen: bool = False
    levels: int = 20
    half_spread: Decimal = Decimal("0.0001")
    level_spacing: Decimal = Decimal("0.0002")
    level_notional: Decimal = Decimal(50_000)

    def __post_init__(self) -> None:
        if self.step_ms <= 0 or self.levels <= 0:
            raise ValueError(
                f"step_ms ({self.step_ms}) and levels ({self.levels}) must be positive"
            )


@dataclass(frozen=True, slots=True)
class ExchangeConfig:
    """`schedule_cancel_volume_gate` is the traded volume in USDC that scheduleCancel requires (the
    venue: 1 000 000), None for no gate. `price_band` is how far a limit price may be from the mark,
    as a fraction of it. `order_retention` is how many of a user's ended orders are remembered.
    """

    universe: Universe = field(default_factory=default_universe)
    market: MarketConfig = field(default_factory=MarketConfig)
    schedule_cancel_volume_gate: Decimal | None = None
    price_band: Decimal = Decimal("0.8")
    order_retention: int = 2_000
    default_leverage: int = 20
