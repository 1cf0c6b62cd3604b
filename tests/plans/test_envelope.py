"""The row around a plan."""

from dataclasses import replace
from typing import Any

import pytest

from tests.plans.examples import (
    INSTRUMENTS,
    NOW,
    TRADING_PLAN,
    plan_of,
    strand,
)
from trader.plans.intake import read_plan
from trader.plans.refusal import Refusal


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
