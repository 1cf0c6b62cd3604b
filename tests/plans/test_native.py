"""Native plans: what is refused, and what is just within the venue's rules."""

from typing import Any

import pytest

from tests.plans.examples import (
    NATIVE,
    changed,
    dec,
    plan_of,
    refusal_of,
)
from trader.plans.plan import (
    Quantity,
)


def quantity(value: object, **order: object) -> dict[str, Any]:
    return {"size": {"unit": "quantity", "value": value}} | ({"order": order} if order else {})


@pytest.mark.parametrize(
    ("changes", "code", "field", "value"),
    [
        ({"entry": ...}, "missing_field", "entry", "null"),
        ({"entry": "breakout_over_30000"}, "unknown_condition", "entry", ...),
        ({"order": ...}, "missing_field", "order", "null"),
        ({"order": "market"}, "malformed", "order", '"market"'),
        ({"order": {}}, "missing_field", "order.type", "null"),
        ({"order": {"type": "stop"}}, "invalid_value", "order.type", '"stop"'),
        ({"order": {"type": "limit"}}, "missing_field", "order.price", "null"),
        ({"order": {"type": "market", "price": 3}}, "unknown_field", "order.price", "3"),
        (
            {"order": {"type": "market", "max_slippage_bps": 1001}},
            "invalid_value",
            "order.max_slippage_bps",
            "1001",
        ),
        (
            {"order": {"type": "limit", "price": 30000, "post_only": "yes"}},
            "invalid_value",
            "order.post_only",
            '"yes"',
        ),
        (
            {"order": {"type": "limit", "price": 30000.01}},
            "price_precision",
            "order.price",
            '"30000.01"',
        ),
        ({"size": 500}, "malformed", "size", "500"),
        ({"size": {"value": 500}}, "missing_field", "size.unit", "null"),
        ({"size": {"unit": "usd", "value": 500}}, "invalid_value", "size.unit", '"usd"'),
        ({"size": {"unit": "notional"}}, "missing_field", "size.value", "null"),
        ({"size": {"unit": "notional", "value": 0}}, "invalid_value", "size.value", "0"),
        (
            {"size": {"unit": "notional", "value": 500, "per": 1}},
            "unknown_field",
            "size.per",
            "1",
        ),
        (
            {"size": {"unit": "equity_fraction", "value": 1.5}},
            "invalid_value",
            "size.value",
            "1.5",
        ),
        (
            {"size": {"unit": "notional", "value": "9.99"}},
            "size_below_minimum",
            "size.value",
            '"9.99"',
        ),
        (quantity("0.000009"), "size_below_minimum", "size.value", '"0.000009"'),
        (quantity("0.000011"), "size_precision", "size.value", '"0.000011"'),
        (
            quantity("0.00033", type="limit", price=30000),
            "size_below_minimum",
            "size.value",
            '"0.00033"',
        ),
        (
            {
                "symbol": "DOGE",
                "size": {"unit": "notional", "value": 10},
                "order": {"type": "limit", "price": 11},
                "stop_loss": 12,
                "take_profit": 9,
            },
            "size_below_minimum",
            "size.value",
            '"10"',
        ),
        (quantity(float("nan")), "not_a_number", "size.value", "nan"),
        ({"max_hold": 3600}, "invalid_value", "max_hold", "3600"),
        ({"max_hold": "PT0S"}, "invalid_value", "max_hold", '"PT0S"'),
        ({"expectation": 2}, "malformed", "expectation", "2"),
        ({"expectation": {"gain": 2}}, "unknown_field", "expectation.gain", "2"),
        ({"expectation": {"duration": 60}}, "invalid_value", "expectation.duration", "60"),
        ({"expectation": {"entry_price": 30500}}, "stop_side", "stop_loss", '"30400"'),
        ({"expectation": {"entry_price": 28000}}, "target_side", "take_profit", '"29000"'),
        ({"valid_until": "2026-03-02T13:00:00"}, "naive_time", "valid_until", ...),
        ({"valid_until": "2026-03-02T11:00:00Z"}, "past_valid_until", "valid_until", ...),
        ({"confidence": -0.1}, "invalid_value", "confidence", "-0.1"),
        ({"position_size": 0.1}, "unknown_field", "position_size", "0.1"),
    ],
)
def test_a_native_plan_is_refused(
    changes: dict[str, Any], code: str, field: str, value: object
) -> None:
    refusal = refusal_of(changed(NATIVE, **changes))
    assert (refusal.code, refusal.field) == (code, f"trading_plan.{field}")
    assert value is ... or refusal.value == value
    assert refusal.reason


@pytest.mark.parametrize(
    "changes",
    [
        quantity("0.00001"),
        quantity("0.00034", type="limit", price=30000),
        {"size": {"unit": "notional", "value": 10}},
        {"size": {"unit": "equity_fraction", "value": 1}},
        {"entry": "above 30000.123456"},
        {"expectation": {"exit_price": "29000.123456"}},
    ],
)
def test_the_edge_of_the_venues_rules(changes: dict[str, Any]) -> None:
    plan_of(changed(NATIVE, **changes))


def test_a_quantity_keeps_its_decimals() -> None:
    assert plan_of(changed(NATIVE, **quantity(0.12345))).size == Quantity(value=dec("0.12345"))


def test_prices_below_one_dollar_stay() -> None:
    order = {"type": "limit", "price": 0.085}
    prices = {"stop_loss": 0.081234, "take_profit": "0.09", "order": order}
    plan = plan_of(changed(NATIVE, symbol="DOGE", direction="long", **prices))
    assert (plan.stop_loss, plan.reference_price) == (dec("0.081234"), dec("0.085"))
