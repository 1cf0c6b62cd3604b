"""Orders as `execution_params` describe them."""

from typing import Any

import pytest

from tests.plans.examples import (
    TRADING_PLAN,
    changed,
    dec,
    plan_of,
    refusal_of,
)
from trader.plans.plan import (
    LimitEntry,
    MarketEntry,
)


def params(**values: object) -> dict[str, Any]:
    return changed(TRADING_PLAN, signal_metadata={"execution_params": values})


@pytest.mark.parametrize(
    ("execution_params", "order"),
    [
        ({}, MarketEntry()),
        ({"order_type": "market", "time_in_force": "IOC"}, MarketEntry()),
        ({"order_type": "MARKET", "time_in_force": "GTC"}, MarketEntry()),
        ({"slippage_tolerance": 0.001}, MarketEntry(max_slippage_bps=dec("10"))),
        ({"slippage_tolerance": "0.1"}, MarketEntry(max_slippage_bps=dec("1000"))),
        ({"order_type": "limit"}, LimitEntry(price=dec("30000"))),
        (
            {"order_type": "limit", "time_in_force": "ALO"},
            LimitEntry(price=dec("30000"), post_only=True),
        ),
        ({"execution_venue": "Hyperliquid", "entry_strategy": "market"}, MarketEntry()),
        ({"execution_priority": "low", "execution_venue": None}, MarketEntry()),
    ],
)
def test_execution_params(execution_params: dict[str, object], order: object) -> None:
    assert plan_of(params(**execution_params)).order == order


@pytest.mark.parametrize(
    ("execution_params", "code", "field"),
    [
        ({"order_type": "stop"}, "unsupported_order_type", "order_type"),
        ({"order_type": "twap"}, "unsupported_order_type", "order_type"),
        ({"time_in_force": "FOK"}, "unsupported_time_in_force", "time_in_force"),
        (
            {"order_type": "limit", "time_in_force": "IOC"},
            "unsupported_time_in_force",
            "time_in_force",
        ),
        ({"entry_strategy": "twap"}, "unsupported_strategy", "entry_strategy"),
        ({"entry_strategy": "limit"}, "unsupported_strategy", "entry_strategy"),
        ({"execution_venue": "binance"}, "unsupported_venue", "execution_venue"),
        ({"slippage_tolerance": 0}, "invalid_value", "slippage_tolerance"),
        ({"slippage_tolerance": 0.5}, "invalid_value", "slippage_tolerance"),
        ({"slippage_tolerance": "low"}, "not_a_number", "slippage_tolerance"),
        ({"iceberg": True}, "unknown_field", "iceberg"),
        ({"order_type": 1}, "invalid_value", "order_type"),
    ],
)
def test_execution_params_that_are_refused(
    execution_params: dict[str, object], code: str, field: str
) -> None:
    refusal = refusal_of(params(**execution_params))
    expected = f"trading_plan.signal_metadata.execution_params.{field}"
    assert (refusal.code, refusal.field) == (code, expected)
