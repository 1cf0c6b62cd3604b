from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.lifecycles import START, a_plan, a_quote
from tests.venues.builders import BTC
from trader.plans.plan import Direction
from trader.risk.control import Control
from trader.risk.controls import EntryCheck, denial, unlisted
from trader.risk.limits import RiskLimits
from trader.settings import Settings
from trader.venues.instrument import Side

LIMITS = RiskLimits(
    max_order_notional=Decimal(10_000),
    price_collar_bps=Decimal(100),
    max_price_age=timedelta(seconds=10),
    is_halted=False,
)
LONG = a_plan(stop_loss=Decimal(29000), take_profit=Decimal(31000))
SHORT = a_plan(direction=Direction.SHORT, stop_loss=Decimal(31000), take_profit=Decimal(29000))
CHECK = EntryCheck(
    plan=LONG,
    quote=a_quote(),
    mid=Decimal(30000),
    instrument=BTC,
    size=Decimal("0.1"),
    limit_price=Decimal(30000),
    side=Side.BUY,
    triggered_at=START,
    opposing=None,
)
SELL: dict[str, Any] = {"plan": SHORT, "side": Side.SELL}
MICROSECOND = timedelta(microseconds=1)
TEN_SECONDS = timedelta(seconds=10)


def denied_by(now: timedelta = timedelta(0), limits: RiskLimits = LIMITS, **changes: Any) -> Any:
    found = denial(replace(CHECK, **changes), limits, START + now)
    return None if found is None else (found.control, found.limit, found.value, found.is_final)


def test_the_decision_maker_is_told_of_a_denial() -> None:
    denied = denial(replace(CHECK, size=Decimal(0)), LIMITS, START)
    assert denied is not None
    assert not denied.is_for_the_record


def test_an_ordinary_entry_passes() -> None:
    assert denied_by() is None
    assert denied_by(**SELL) is None


CASES: list[tuple[Control, dict[str, Any], dict[str, Any], str, str]] = [
    (
        Control.STALE_PRICE,
        {"now": TEN_SECONDS},
        {"now": TEN_SECONDS + timedelta(seconds=1)},
        "10.0 s", "11.0 s",
    ),
    (
        Control.STALE_PRICE,
        {"now": TEN_SECONDS, "quote": a_quote(at=START + TEN_SECONDS)},
        {"now": timedelta(seconds=12), "quote": a_quote(at=START + TEN_SECONDS)},
        "10.0 s", "12.0 s",
    ),
    (
        Control.STALE_PRICE,
        {"now": TEN_SECONDS, "triggered_at": None},
        {"now": timedelta(seconds=11), "triggered_at": None},
        "10.0 s", "11.0 s",
    ),
    (
        Control.SIZE_BELOW_MINIMUM,
        {"size": Decimal("0.001"), "limit_price": Decimal(10000)},
        {"size": Decimal("0.001"), "limit_price": Decimal("9999.9")},
        "10", "9.9999",
    ),
    (Control.SIZE_BELOW_MINIMUM, {}, {"size": Decimal(0)}, "10", "0"),
    (
        Control.MAX_ORDER_NOTIONAL,
        {"size": Decimal("0.4"), "limit_price": Decimal(25000)},
        {"size": Decimal("0.40001"), "limit_price": Decimal(25000)},
        "10000", "10000.25000",
    ),
    (
        Control.MAX_ORDER_NOTIONAL,
        {**SELL, "size": Decimal("0.33333"), "limit_price": Decimal(29900)},
        {**SELL, "size": Decimal("0.33334"), "limit_price": Decimal(29900)},
        "10000", "10000.20000",
    ),
    (
        Control.MAX_ORDER_NOTIONAL,
        {**SELL, "size": Decimal("0.3"), "limit_price": Decimal(33000)},
        {**SELL, "size": Decimal("0.3"), "limit_price": Decimal(34000)},
        "10000", "10200.0",
    ),
    (
        Control.PRICE_COLLAR,
        {"limit_price": Decimal(30300)},
        {"limit_price": Decimal("30300.3")},
        "100", "100.10",
    ),
    (
        Control.PRICE_COLLAR,
        {**SELL, "limit_price": Decimal(29700)},
        {**SELL, "limit_price": Decimal(29670)},
        "100", "110.00",
    ),
    (
        Control.EXIT_ALREADY_PASSED,
        {"mid": Decimal("29000.1"), "limit_price": Decimal(29000)},
        {"mid": Decimal(29000), "limit_price": Decimal(29000)},
        "29000", "29000",
    ),
    (
        Control.EXIT_ALREADY_PASSED,
        {"mid": Decimal("30999.9"), "limit_price": Decimal(31000)},
        {"mid": Decimal(31000), "limit_price": Decimal(31000)},
        "31000", "31000",
    ),
    (
        Control.EXIT_ALREADY_PASSED,
        {**SELL, "mid": Decimal("30999.9"), "limit_price": Decimal(31000)},
        {**SELL, "mid": Decimal(31000), "limit_price": Decimal(31000)},
        "31000", "31000",
    ),
    (
        Control.EXIT_ALREADY_PASSED,
        {**SELL, "mid": Decimal("29000.1"), "limit_price": Decimal(29000)},
        {**SELL, "mid": Decimal(29000), "limit_price": Decimal(29000)},
        "29000", "29000",
    ),
    (
        Control.OPPOSING_POSITION,
        {"opposing": None},
        {"opposing": "lifecycle-9"},
        "one direction a symbol", "lifecycle-9",
    ),
    (
        Control.ADDRESS_BUDGET,
        {"requests_left": 100},
        {"requests_left": 99},
        "100", "99",
    ),
    (
        Control.ADDRESS_BUDGET,
        {"requests_left": 100},
        {"requests_left": 99},
        "100", "99",
    ),
    (
        Control.HALTED,
        {},
        {"limits": LIMITS.model_copy(update={"is_halted": True})},
        "not halted", "halted",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("control", "inside", "outside", "limit", "value"), CASES)
def test_a_control_denies_just_outside_its_limit_and_says_which_value_broke_it(
    control: Control, inside: dict[str, Any], outside: dict[str, Any], limit: str, value: str
) -> None:
    assert denied_by(**inside) is None
    assert denied_by(**outside) == (control, limit, value, not control.passes)


def test_a_price_is_stale_one_microsecond_after_its_age() -> None:
    assert denied_by(now=TEN_SECONDS + MICROSECOND)[0] is Control.STALE_PRICE


def test_without_exits_no_price_has_passed_one() -> None:
    assert (
        denied_by(plan=a_plan(), mid=Decimal("0.1"), limit_price=Decimal("0.1"), size=Decimal(1000))
        is None
    )


def test_the_switch_comes_before_everything_else() -> None:
    everything = {"size": Decimal(0), "opposing": "lifecycle-9", "mid": Decimal(1)}
    halted = LIMITS.model_copy(update={"is_halted": True})

    assert denied_by(now=timedelta(days=1), limits=halted, **everything)[0] is Control.HALTED


def test_an_unlisted_symbol_names_itself() -> None:
    denied = unlisted(LONG)

    assert (denied.control, denied.value) == (Control.UNLISTED_SYMBOL, "BTC")
    assert denied.is_final


def test_the_controls_that_pass_by_themselves() -> None:
    passing = {control for control in Control if control.passes}

    assert passing == {Control.HALTED, Control.STALE_PRICE, Control.ADDRESS_BUDGET}


def test_every_control_is_tested_here() -> None:
    assert {case[0] for case in CASES} | {Control.UNLISTED_SYMBOL} == set(Control)


def test_the_limits_are_those_of_the_settings() -> None:
    settings = Settings(
        max_order_notional=Decimal(5),
        price_collar_bps=Decimal(6),
        max_price_age_seconds=7,
        halted=True,
    )

    assert RiskLimits.of(settings) == RiskLimits(
        max_order_notional=Decimal(5),
        price_collar_bps=Decimal(6),
        max_price_age=timedelta(seconds=7),
        is_halted=True,
    )


def test_a_limit_that_waits_for_a_pullback_from_beyond_its_target_is_no_mistake() -> None:
    assert denied_by(mid=Decimal(31500), limit_price=Decimal(30500)) is None
