"""Plans as the Decision Maker and people write them, and the strands that carry them."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from trader.plans.intake import read_plan
from trader.plans.plan import Plan
from trader.plans.refusal import Refusal
from trader.strands.strand import Strand
from trader.venues.instrument import Instrument

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CREATED = NOW - timedelta(minutes=2)

INSTRUMENTS = {
    "BTC": Instrument(symbol="BTC", asset=0, size_decimals=5, price_decimals=1, max_leverage=40),
    "DOGE": Instrument(symbol="DOGE", asset=1, size_decimals=0, price_decimals=6, max_leverage=10),
    "LUNA": Instrument(
        symbol="LUNA",
        asset=2,
        size_decimals=1,
        price_decimals=5,
        max_leverage=3,
        is_delisted=True,
    ),
}

TRADING_PLAN: dict[str, Any] = {
    "plan_id": "plan_123",
    "signal_id": "signal_9",
    "symbol": "BTC",
    "timeframe": "1h",
    "direction": "long",
    "entry_conditions": {
        "price_above": 30000,
        "price_below": 31000,
        "volume_confirmation": False,
        "pattern_confirmation": None,
    },
    "entry_price": 30000.0,
    "position_size": 0.05,
    "stop_loss": 29500,
    "take_profit": 31000.0,
    "risk_reward_ratio": 2.0,
    "confidence_score": 0.85,
    "strength_score": 0.7,
    "time_horizon": "4h",
    "valid_until": "2026-03-02T16:00:00+00:00",
    "created_at": "2026-03-02T11:58:00Z",
    "market_context": {"regime": "trending_up", "volatility": 0.3},
    "signal_metadata": {
        "detector": "breakout",
        "execution_params": {
            "order_type": "limit",
            "time_in_force": "GTC",
            "slippage_tolerance": 0.001,
            "entry_strategy": "limit",
            "execution_venue": "hyperliquid",
            "execution_priority": "high",
        },
    },
    "expected_outcome": "2% gain in 4 hours",
}

NATIVE: dict[str, Any] = {
    "plan_id": "plan_7",
    "symbol": "BTC",
    "direction": "short",
    "timeframe": "15m",
    "entry": "breakout below 30000",
    "order": {"type": "market", "max_slippage_bps": 25},
    "size": {"unit": "notional", "value": "500"},
    "stop_loss": "30400",
    "take_profit": "29000",
    "valid_until": "2026-03-02T13:00:00Z",
    "max_hold": "4 hours",
    "expectation": {"return_fraction": "0.02", "duration": "PT2H"},
    "confidence": 0.6,
}


def strand(trading_plan: object, **content: object) -> Strand:
    """An approved plan's strand."""
    return Strand(
        id="dm_001",
        lifecycle_id="lifecycle_123",
        seq=None,
        module="dm",
        kind="plan_evaluation",
        content={"approval_status": "approved", "trading_plan": trading_plan, **content},  # type: ignore[dict-item]
        tags=("dm:plan_approved", "trader:execute"),
        created_at=CREATED,
    )


def changed(plan: dict[str, Any], **changes: object) -> dict[str, Any]:
    """The plan with other values; `...` removes the field."""
    changed_plan = deepcopy(plan) | changes
    return {key: value for key, value in changed_plan.items() if value is not ...}


def read(trading_plan: object) -> Plan | Refusal:
    """What the intake makes of it."""
    return read_plan(strand(trading_plan), INSTRUMENTS, NOW)


def plan_of(trading_plan: object) -> Plan:
    """The plan; the test fails on a refusal."""
    found = read(trading_plan)
    assert isinstance(found, Plan), found
    return found


def refusal_of(trading_plan: object) -> Refusal:
    """The refusal; the test fails on a plan."""
    found = read(trading_plan)
    assert isinstance(found, Refusal), found
    return found


def dec(text: str) -> Decimal:
    """Short for tables."""
    return Decimal(text)
