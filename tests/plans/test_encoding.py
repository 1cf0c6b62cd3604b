"""A plan survives its JSON form: exact decimals, aware times, ISO spans."""

import json
from datetime import UTC, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.conditions.strategies import conditions
from tests.plans.examples import NATIVE, NOW, TRADING_PLAN, changed, plan_of
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


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=least, max_value=most, places=places)


names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40)
spans = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=3660))
orders = st.one_of(
    st.builds(MarketEntry, max_slippage_bps=decimals("0.01", "1000", 2)),
    st.builds(LimitEntry, price=st.just(Decimal(30000)), post_only=st.booleans()),
)
sizes = st.one_of(
    st.builds(Quantity, value=decimals("0.001", "1000", 5)),
    st.builds(Notional, value=decimals("10", "1000000", 8)),
    st.builds(EquityFraction, value=decimals("0.001", "1", 4)),
)
amounts = st.one_of(st.none(), decimals("-100000", "100000", 6))
expectations = st.builds(
    Expectation,
    entry_price=st.one_of(st.none(), st.just(Decimal(30000))),
    exit_price=st.one_of(st.none(), decimals("0.000001", "99999", 6)),
    profit=amounts,
    return_fraction=amounts,
    duration=st.one_of(st.none(), spans),
)
plans = st.builds(
    Plan,
    plan_id=names,
    symbol=st.just("BTC"),
    direction=st.just(Direction.LONG),
    timeframe=st.sampled_from(Timeframe),
    entry=conditions,
    order=orders,
    size=sizes,
    stop_loss=st.one_of(st.none(), decimals("1000", "9999.9", 1)),
    take_profit=st.one_of(st.none(), st.integers(30001, 99999).map(Decimal)),
    valid_until=st.datetimes(
        min_value=(NOW + timedelta(seconds=1)).replace(tzinfo=None), timezones=st.just(UTC)
    ),
    max_hold=st.one_of(st.none(), spans),
    expectation=expectations,
    confidence=st.one_of(st.none(), st.integers(0, 1000).map(lambda parts: parts / 1000)),
    regime=st.one_of(st.none(), names),
    decision_id=st.one_of(st.none(), names),
    signal_id=st.one_of(st.none(), names),
)


@given(plans)
def test_the_stored_form_is_validated_back(plan: Plan) -> None:
    stored = json.loads(json.dumps(plan.model_dump(mode="json")))
    assert Plan.model_validate(stored) == plan


@given(plans)
def test_the_stored_form_is_a_native_plan(plan: Plan) -> None:
    stored = json.loads(json.dumps(plan.model_dump(mode="json")))
    assert plan_of(stored) == plan


def test_what_the_stored_form_looks_like() -> None:
    stored = plan_of(TRADING_PLAN).model_dump(mode="json")
    assert stored["stop_loss"] == "29500"
    assert stored["size"] == {"unit": "equity_fraction", "value": "0.05"}
    assert stored["valid_until"] == "2026-03-02T16:00:00Z"
    assert stored["expectation"]["duration"] == "PT4H"
    assert stored["entry"]["conditions"][0] == {
        "type": "price_above",
        "level": "30000",
        "source": "mid",
    }


def test_floats_bring_no_binary_noise() -> None:
    plan = plan_of(changed(NATIVE, size={"unit": "quantity", "value": 0.1}, max_hold="PT1H"))
    assert plan.model_dump(mode="json")["size"] == {"unit": "quantity", "value": "0.1"}
