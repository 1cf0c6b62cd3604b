"""From a strand to a plan, or to the one precise reason why not."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plans.examples import (
    CREATED,
    INSTRUMENTS,
    NATIVE,
    NOW,
    TRADING_PLAN,
    changed,
    dec,
    plan_of,
    read,
    refusal_of,
    strand,
)
from trader.conditions.condition import All, BreakoutAbove, BreakoutBelow, PriceAbove, PriceBelow
from trader.plans.intake import read_plan
from trader.plans.plan import (
    Direction,
    EquityFraction,
    Expectation,
    LimitEntry,
    MarketEntry,
    Notional,
    Plan,
    Quantity,
    Timeframe,
)
from trader.plans.refusal import Refusal


def test_a_trading_plan_is_read_in_full() -> None:
    assert plan_of(TRADING_PLAN) == Plan(
        plan_id="plan_123",
        symbol="BTC",
        direction=Direction.LONG,
        timeframe=Timeframe.H1,
        entry=All(conditions=(PriceAbove(level=dec("30000")), PriceBelow(level=dec("31000")))),
        order=LimitEntry(price=dec("30000")),
        size=EquityFraction(value=dec("0.05")),
        stop_loss=dec("29500"),
        take_profit=dec("31000"),
        valid_until=NOW + timedelta(hours=4),
        expectation=Expectation(
            entry_price=dec("30000"), return_fraction=dec("0.02"), duration=timedelta(hours=4)
        ),
        confidence=0.85,
        regime="trending_up",
        signal_id="signal_9",
    )


def test_a_native_plan_is_read_in_full() -> None:
    assert plan_of(NATIVE) == Plan(
        plan_id="plan_7",
        symbol="BTC",
        direction=Direction.SHORT,
        timeframe=Timeframe.M15,
        entry=BreakoutBelow(level=dec("30000")),
        order=MarketEntry(max_slippage_bps=dec("25")),
        size=Notional(value=dec("500")),
        stop_loss=dec("30400"),
        take_profit=dec("29000"),
        valid_until=NOW + timedelta(hours=1),
        max_hold=timedelta(hours=4),
        expectation=Expectation(return_fraction=dec("0.02"), duration=timedelta(hours=2)),
        confidence=0.6,
    )


SMALLEST: dict[str, Any] = {
    "plan_id": "p",
    "symbol": "BTC",
    "timeframe": "5m",
    "direction": "long",
    "entry_condition": "breakout_above_30000",
    "position_size": 0.001,
}


def test_the_smallest_trading_plan() -> None:
    assert plan_of(SMALLEST) == Plan(
        plan_id="p",
        symbol="BTC",
        direction=Direction.LONG,
        timeframe=Timeframe.M5,
        entry=BreakoutAbove(level=dec("30000")),
        order=MarketEntry(),
        size=EquityFraction(value=dec("0.001")),
        valid_until=CREATED + timedelta(minutes=15),
    )


@pytest.mark.parametrize(
    ("timeframe", "created_at", "valid_until"),
    [
        ("5m", ..., CREATED + timedelta(minutes=15)),
        ("5m", "2026-03-02T11:50:00Z", NOW + timedelta(minutes=5)),
        ("5m", "2026-03-02T12:50:00+01:00", NOW + timedelta(minutes=5)),
        ("1d", "2026-03-02T12:01:00Z", NOW + timedelta(days=7, minutes=1)),
    ],
)
def test_validity_when_none_is_written(
    timeframe: str, created_at: object, valid_until: object
) -> None:
    plan = plan_of(changed(SMALLEST, timeframe=timeframe, created_at=created_at))
    assert plan.valid_until == valid_until


def test_a_time_as_yaml_gives_it() -> None:
    end = NOW + timedelta(hours=1)
    assert plan_of(changed(NATIVE, valid_until=end)).valid_until == end


def test_the_rows_regime_goes_before_the_context() -> None:
    found = read_plan(replace(strand(TRADING_PLAN), regime="ranging"), INSTRUMENTS, NOW)
    assert isinstance(found, Plan)
    assert found.regime == "ranging"


def test_foreign_keys_of_the_envelope_do_no_harm() -> None:
    found = read_plan(
        strand(TRADING_PLAN, risk_assessment={"max": 1}, resonance=None, moon=[1]), INSTRUMENTS, NOW
    )
    assert found == plan_of(TRADING_PLAN)


@pytest.mark.parametrize("field", ["take_profit", "decision_id", "expected_outcome", "created_at"])
def test_null_is_the_same_as_absent(field: str) -> None:
    assert read(changed(TRADING_PLAN, **{field: None})) == read(
        changed(TRADING_PLAN, **{field: ...})
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


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ({}, "missing_field", "approval_status"),
        ([], "malformed", "content"),
        (None, "malformed", "content"),
        ({"approval_status": None}, "missing_field", "approval_status"),
        ({"approval_status": True}, "invalid_value", "approval_status"),
        ({"approval_status": "rejected"}, "not_approved", "approval_status"),
        ({"approval_status": "Approved"}, "not_approved", "approval_status"),
        ({"approval_status": "approved"}, "missing_field", "trading_plan"),
        ({"approval_status": "approved", "trading_plan": []}, "malformed", "trading_plan"),
        (
            {"approval_status": "approved", "trading_plan": {}},
            "missing_field",
            "trading_plan.timeframe",
        ),
        (
            {
                "approval_status": "approved",
                "trading_plan": {"symbol": "BTC", "order_details": {"side": "buy"}},
            },
            "unknown_field",
            "trading_plan.order_details",
        ),
    ],
)
def test_an_envelope_is_refused(content: Any, code: str, field: str) -> None:
    found = read_plan(replace(strand({}), content=content), INSTRUMENTS, NOW)
    assert isinstance(found, Refusal)
    assert (found.code, found.field) == (code, field)


@pytest.mark.parametrize(
    ("columns", "code", "field"),
    [
        ({"kind": "order_status"}, "malformed", "kind"),
        ({"symbol": "ETH"}, "contradiction", "trading_plan.symbol"),
        ({"timeframe": "4h"}, "contradiction", "trading_plan.timeframe"),
    ],
)
def test_a_row_that_says_something_else_is_refused(
    columns: dict[str, Any], code: str, field: str
) -> None:
    found = read_plan(replace(strand(TRADING_PLAN), **columns), INSTRUMENTS, NOW)
    assert isinstance(found, Refusal)
    assert (found.code, found.field) == (code, field)


def test_a_row_that_says_the_same_is_taken() -> None:
    row = replace(strand(TRADING_PLAN), symbol="BTC", timeframe="1h")
    assert read_plan(row, INSTRUMENTS, NOW) == plan_of(TRADING_PLAN)


keys = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["approval_status", "trading_plan", *TRADING_PLAN, *NATIVE, "type", "value"]),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["approved", "BTC", "long", "above 1", "1h", "NaN", "9999-12-31T23:59:59Z"]),
)
json_values = st.recursive(
    scalars,
    lambda parts: st.one_of(st.lists(parts, max_size=4), st.dictionaries(keys, parts, max_size=6)),
    max_leaves=15,
)


def check_answer(found: Plan | Refusal) -> None:
    assert isinstance(found, Plan | Refusal)
    found.model_dump_json().encode()


@given(st.dictionaries(keys, json_values))
def test_any_content_is_read_or_refused(content: dict[str, Any]) -> None:
    check_answer(read_plan(replace(strand({}), content=content), INSTRUMENTS, NOW))


@given(json_values)
def test_any_approved_content_is_read_or_refused(content: object) -> None:
    check_answer(read(content))


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    return found


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """A valid plan in which some values were replaced, removed or added."""
    plan: dict[str, Any] = deepcopy(draw(st.sampled_from([TRADING_PLAN, NATIVE])))
    for _ in range(draw(st.integers(1, 3))):
        *parents, key = draw(st.sampled_from(places(plan) or [("plan_id",)]))
        inner: Any = plan
        for parent in parents:
            inner = inner[parent]
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                inner[key] = draw(json_values)
            case "remove":
                del inner[key]
            case "add":
                inner[draw(keys)] = draw(json_values)
    return plan


@given(mutations())
def test_any_mutation_is_read_or_refused(trading_plan: dict[str, Any]) -> None:
    check_answer(read(trading_plan))


@pytest.mark.parametrize("field", sorted(TRADING_PLAN))
@pytest.mark.parametrize("number", [10**400, -(10**400), 1e308, 5e-324, 10**16, 10**15 + 0.5])
def test_numbers_beyond_all_measure(field: str, number: float) -> None:
    check_answer(read(changed(TRADING_PLAN, **{field: number})))


def test_content_of_any_depth_is_refused() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"not": deep}
    for field in ("entry_conditions", "moon", "plan_id", "market_context"):
        check_answer(read(changed(TRADING_PLAN, **{field: deep})))
