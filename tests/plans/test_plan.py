"""What holds a plan together."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from tests.plans.examples import NATIVE, changed, plan_of
from trader.plans.plan import Plan, Timeframe


def form(**changes: object) -> dict[str, Any]:
    return plan_of(changed(NATIVE, direction="long", stop_loss=..., take_profit=...)).model_dump(
        mode="json"
    ) | dict(changes)


def ladder(direction: str, stop: int | None, entry: int | None, target: int | None) -> Any:
    return form(
        direction=direction, stop_loss=stop, take_profit=target, expectation={"entry_price": entry}
    )


@pytest.mark.parametrize(
    ("direction", "stop", "entry", "target"),
    [
        ("long", 90, 100, 110),
        ("long", None, 100, 110),
        ("long", 90, None, 110),
        ("long", 90, 100, None),
        ("long", None, None, None),
        ("short", 110, 100, 90),
        ("short", 110, None, 90),
    ],
)
def test_exits_on_their_sides(
    direction: str, stop: int | None, entry: int | None, target: int | None
) -> None:
    plan = Plan.model_validate(ladder(direction, stop, entry, target))
    assert (plan.stop_loss, plan.reference_price, plan.take_profit) == (stop, entry, target)


@pytest.mark.parametrize(
    ("direction", "stop", "entry", "target", "error"),
    [
        ("long", 100, 100, 110, "stop_side"),
        ("long", 101, 100, 110, "stop_side"),
        ("long", 110, None, 110, "stop_side"),
        ("long", 120, None, 110, "stop_side"),
        ("long", 90, 100, 100, "target_side"),
        ("long", None, 100, 99, "target_side"),
        ("short", 90, 100, 80, "stop_side"),
        ("short", 90, None, 95, "stop_side"),
        ("short", 110, 100, 101, "target_side"),
    ],
)
def test_exits_on_the_wrong_side(
    direction: str, stop: int | None, entry: int | None, target: int | None, error: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Plan.model_validate(ladder(direction, stop, entry, target))
    assert [problem["type"] for problem in refused.value.errors()] == [error]


def test_the_limit_price_goes_before_the_expected_entry() -> None:
    order = {"type": "limit", "price": "99"}
    plan = Plan.model_validate(form(order=order, expectation={"entry_price": "98"}))
    assert plan.reference_price == 99


@pytest.mark.parametrize("max_hold", ["PT0S", "-PT1H"])
def test_a_hold_of_no_time_is_refused(max_hold: str) -> None:
    with pytest.raises(ValidationError, match="max_hold must be positive"):
        Plan.model_validate(form(max_hold=max_hold))


@pytest.mark.parametrize(
    ("timeframe", "minutes"),
    [("1m", 5), ("5m", 15), ("15m", 60), ("1h", 240), ("4h", 1440), ("1d", 10080)],
)
def test_validity_by_timeframe(timeframe: str, minutes: int) -> None:
    assert Timeframe(timeframe).validity == timedelta(minutes=minutes)
