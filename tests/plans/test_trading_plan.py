"""Trading plans that are refused: field, code and value are named."""

from typing import Any

import pytest

from tests.plans.examples import (
    NOW,
    TRADING_PLAN,
    changed,
    refusal_of,
)


@pytest.mark.parametrize(
    ("changes", "code", "field", "value"),
    [
        ({"plan_id": ...}, "missing_field", "plan_id", "null"),
        ({"plan_id": None}, "missing_field", "plan_id", "null"),
        ({"plan_id": 7}, "invalid_value", "plan_id", "7"),
        ({"plan_id": ""}, "invalid_value", "plan_id", '""'),
        ({"plan_id": "a\x00b"}, "invalid_value", "plan_id", '"a\\u0000b"'),
        ({"symbol": ...}, "missing_field", "symbol", "null"),
        ({"symbol": "BTCUSDT"}, "unknown_symbol", "symbol", '"BTCUSDT"'),
        ({"symbol": "btc"}, "unknown_symbol", "symbol", '"btc"'),
        ({"symbol": "B" * 41}, "invalid_value", "symbol", f'"{"B" * 41}"'),
        ({"symbol": "LUNA"}, "delisted_symbol", "symbol", '"LUNA"'),
        ({"timeframe": "2h"}, "invalid_value", "timeframe", '"2h"'),
        ({"timeframe": "1M"}, "invalid_value", "timeframe", '"1M"'),
        ({"direction": "up"}, "invalid_value", "direction", '"up"'),
        ({"direction": ["long"]}, "invalid_value", "direction", '["long"]'),
        ({"direction": ...}, "missing_field", "direction", "null"),
        ({"entry_conditions": ...}, "missing_field", "entry_conditions", "null"),
        ({"entry_conditions": {}}, "unknown_condition", "entry_conditions", "{}"),
        ({"entry_conditions": "moon"}, "unknown_condition", "entry_conditions", '"moon"'),
        (
            {"entry_conditions": {"price_above": 1, "moon": 2}},
            "unknown_condition",
            "entry_conditions.moon",
            "2",
        ),
        (
            {"entry_conditions": {"price_above": 1, "volume_confirmation": True}},
            "unknown_condition",
            "entry_conditions.volume_confirmation",
            "true",
        ),
        ({"entry_condition": "above 1"}, "contradiction", "entry_condition", '"above 1"'),
        ({"entry_price": ...}, "missing_field", "entry_price", "null"),
        ({"entry_price": -1}, "invalid_value", "entry_price", "-1"),
        ({"entry_price": 30000.05}, "price_precision", "entry_price", '"30000.05"'),
        ({"position_size": ...}, "missing_field", "position_size", "null"),
        ({"position_size": 0.0009}, "invalid_value", "position_size", "0.0009"),
        ({"position_size": 1.01}, "invalid_value", "position_size", "1.01"),
        ({"position_size": True}, "not_a_number", "position_size", "true"),
        ({"position_size": float("nan")}, "not_a_number", "position_size", "nan"),
        ({"stop_loss": float("inf")}, "not_a_number", "stop_loss", "inf"),
        ({"stop_loss": "2%_below_entry"}, "not_a_number", "stop_loss", '"2%_below_entry"'),
        ({"stop_loss": 0}, "invalid_value", "stop_loss", "0"),
        ({"stop_loss": 29500.05}, "price_precision", "stop_loss", '"29500.05"'),
        ({"stop_loss": 30000}, "stop_side", "stop_loss", '"30000"'),
        ({"stop_loss": 30500}, "stop_side", "stop_loss", '"30500"'),
        ({"direction": "short"}, "stop_side", "stop_loss", '"29500"'),
        ({"take_profit": 29900}, "target_side", "take_profit", '"29900"'),
        ({"take_profit": 31000.01}, "price_precision", "take_profit", '"31000.01"'),
        ({"risk_reward_ratio": 0.99}, "invalid_value", "risk_reward_ratio", "0.99"),
        ({"confidence_score": 1.5}, "invalid_value", "confidence_score", "1.5"),
        ({"confidence_score": "high"}, "not_a_number", "confidence_score", '"high"'),
        ({"valid_until": "2026-03-02T16:00:00"}, "naive_time", "valid_until", ...),
        ({"valid_until": "2026-03-02"}, "naive_time", "valid_until", ...),
        ({"valid_until": NOW.replace(tzinfo=None)}, "naive_time", "valid_until", ...),
        ({"valid_until": "2026-03-02T12:00:00Z"}, "past_valid_until", "valid_until", ...),
        ({"valid_until": "2026-03-02T12:30:00+01:00"}, "past_valid_until", "valid_until", ...),
        ({"valid_until": "tomorrow"}, "invalid_value", "valid_until", '"tomorrow"'),
        ({"valid_until": 1772467200}, "invalid_value", "valid_until", "1772467200"),
        ({"valid_until": "0001-01-01T00:00:00+14:00"}, "invalid_value", "valid_until", ...),
        ({"created_at": "2026-03-02T11:58:00"}, "naive_time", "created_at", ...),
        ({"created_at": "2026-03-02T12:02:00Z"}, "invalid_value", "created_at", ...),
        (
            {"created_at": "2026-03-02T07:00:00Z", "valid_until": ...},
            "past_valid_until",
            "valid_until",
            '"2026-03-02T11:00:00+00:00"',
        ),
        ({"exit_conditions": {}}, "unknown_field", "exit_conditions", "{}"),
        ({"leverage": None}, "unknown_field", "leverage", "null"),
        ({"max_hold": "4 hours"}, "unknown_field", "max_hold", '"4 hours"'),
        ({"market_context": "calm"}, "malformed", "market_context", '"calm"'),
        ({"signal_metadata": []}, "malformed", "signal_metadata", "[]"),
        ({"expected_outcome": "up"}, "invalid_value", "expected_outcome", '"up"'),
    ],
)
def test_a_trading_plan_is_refused(
    changes: dict[str, Any], code: str, field: str, value: object
) -> None:
    refusal = refusal_of(changed(TRADING_PLAN, **changes))
    assert (refusal.code, refusal.field) == (code, f"trading_plan.{field}")
    assert value is ... or refusal.value == value
    assert refusal.reason
