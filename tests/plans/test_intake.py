"""From a strand to a plan, or to the one precise reason why not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

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
    strand,
)
from trader.conditions.condition import All, BreakoutAbove, BreakoutBelow, PriceAbove, PriceBelow
from trader.plans.intake import read_or_refuse, read_plan
from trader.plans.plan import (
    Direction,
    EquityFraction,
    Expectation,
    LimitEntry,
    MarketEntry,
    Notional,
    Plan,
    Timeframe,
)
from trader.venues.instrument import Instrument


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


TINY = {"unit": "notional", "value": "3"}
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


def reasons(
    plan: object, instruments: Mapping[str, Instrument] | None = INSTRUMENTS
) -> list[tuple[str, str]]:
    """Code and field of every refusal."""
    judged = read_or_refuse(strand(plan), instruments, NOW)
    assert not isinstance(judged, Plan)
    assert judged[0] == read_plan(strand(plan), instruments or INSTRUMENTS, NOW)
    return [(refusal.code, refusal.field.removeprefix("trading_plan.")) for refusal in judged]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (
            changed(NATIVE, entry=..., size=...),
            [("missing_field", "entry"), ("missing_field", "size")],
        ),
        (
            changed(NATIVE, direction="up", stop_loss="x", colour="red", beauty=1),
            [
                ("unknown_field", "beauty"),
                ("unknown_field", "colour"),
                ("invalid_value", "direction"),
                ("not_a_number", "stop_loss"),
            ],
        ),
        (
            changed(NATIVE, timeframe="2h", valid_until=...),
            [("invalid_value", "timeframe")],
        ),
        (
            changed(TRADING_PLAN, position_size=2, entry_conditions=..., risk_reward_ratio=0),
            [
                ("invalid_value", "risk_reward_ratio"),
                ("missing_field", "entry_conditions"),
                ("invalid_value", "position_size"),
            ],
        ),
        (
            changed(NATIVE, stop_loss="30400.123", take_profit="29000.123", size=TINY),
            [
                ("price_precision", "stop_loss"),
                ("price_precision", "take_profit"),
                ("size_below_minimum", "size.value"),
            ],
        ),
    ],
)
def test_every_reason_is_known_at_once(
    plan: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert reasons(plan) == expected


def test_without_the_venues_list_only_the_plan_itself_is_judged() -> None:
    unlisted = changed(NATIVE, symbol="NOSUCH", size=TINY)
    assert isinstance(read_or_refuse(strand(unlisted), None, NOW), Plan)
    assert reasons(unlisted) == [("unknown_symbol", "symbol")]
    assert reasons(changed(unlisted, direction="up"), None) == [("invalid_value", "direction")]
