"""Bad input: each gets a refusal that says why, and the next plan goes on."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.flows.plans import UNREACHABLE, a_plan, in_seconds
from tests.support.flow import Flow
from trader.clock import utc_now
from trader.lifecycle.stage import Leg, Outcome
from trader.plans.submission import submission
from trader.strands.strand import Json

Document = dict[str, Json]

LIMIT_3000: Json = {"type": "limit", "price": "3000"}
PLAN = "trading_plan"

BAD: dict[str, tuple[Callable[[], Document], str, str, str]] = {
    "no mapping": (
        lambda: {"approval_status": "approved", "trading_plan": []},
        "malformed",
        PLAN,
        "[]",
    ),
    "not approved": (
        lambda: {"approval_status": "rejected", "trading_plan": a_plan()},
        "not_approved",
        "approval_status",
        '"rejected"',
    ),
    "missing field": (lambda: a_plan(size=None), "missing_field", f"{PLAN}.size", "null"),
    "unknown field": (
        lambda: a_plan(stoploss="2900"),
        "unknown_field",
        f"{PLAN}.stoploss",
        '"2900"',
    ),
    "unknown condition": (
        lambda: a_plan(entry="when the moon is full"),
        "unknown_condition",
        f"{PLAN}.entry",
        '"when the moon is full"',
    ),
    "unlisted coin": (
        lambda: a_plan(symbol="NOSUCHCOIN"),
        "unknown_symbol",
        f"{PLAN}.symbol",
        '"NOSUCHCOIN"',
    ),
    "delisted coin": (
        lambda: a_plan(symbol="FTT", stop_loss="0.9", take_profit="1.1"),
        "delisted_symbol",
        f"{PLAN}.symbol",
        '"FTT"',
    ),
    "size below the minimum": (
        lambda: a_plan(size={"unit": "notional", "value": "9.99"}),
        "size_below_minimum",
        f"{PLAN}.size.value",
        '"9.99"',
    ),
    "quantity with too many decimals": (
        lambda: a_plan(size={"unit": "quantity", "value": "0.12345"}),
        "size_precision",
        f"{PLAN}.size.value",
        '"0.12345"',
    ),
    "price with too many figures": (
        lambda: a_plan(stop_loss="2900.05"),
        "price_precision",
        f"{PLAN}.stop_loss",
        '"2900.05"',
    ),
    "stop on the wrong side": (
        lambda: a_plan(order=LIMIT_3000, stop_loss="3050"),
        "stop_side",
        f"{PLAN}.stop_loss",
        '"3050"',
    ),
    "target on the wrong side": (
        lambda: a_plan(order=LIMIT_3000, take_profit="2950"),
        "target_side",
        f"{PLAN}.take_profit",
        '"2950"',
    ),
    "naive valid_until": (
        lambda: a_plan(valid_until="2099-01-01T00:00:00"),
        "naive_time",
        f"{PLAN}.valid_until",
        '"2099-01-01T00:00:00"',
    ),
    "past valid_until": (
        lambda: a_plan(valid_until="2020-01-01T00:00:00Z"),
        "past_valid_until",
        f"{PLAN}.valid_until",
        '"2020-01-01T00:00:00+00:00"',
    ),
    "NaN": (lambda: a_plan(stop_loss="NaN"), "not_a_number", f"{PLAN}.stop_loss", '"NaN"'),
    "infinity": (
        lambda: a_plan(size={"unit": "quantity", "value": "Infinity"}),
        "not_a_number",
        f"{PLAN}.size.value",
        '"Infinity"',
    ),
}


@pytest.mark.parametrize(("document", "code", "field", "value"), BAD.values(), ids=BAD)
def test_a_bad_plan_is_refused_with_its_reason_and_the_next_goes_on(
    flow: Flow, document: Callable[[], Document], code: str, field: str, value: str
) -> None:
    bad = flow.submit(document())
    good = flow.submit(a_plan(entry=UNREACHABLE))
    flow.wait_until_waiting(good)
    _assert_refused(flow, bad, code, field, value)


def test_all_bad_plans_at_once_do_not_stop_a_good_one(flow: Flow) -> None:
    bad = [flow.submit(document()) for document, *_ in BAD.values()]
    good = flow.submit(a_plan(max_hold="PT0.5S"))
    assert flow.wait_until_done(good).outcome is Outcome.CLOSED
    assert {flow.wait_until_done(plan).outcome for plan in bad} == {Outcome.REFUSED}


def test_a_plan_id_is_executed_once(flow: Flow) -> None:
    plan = a_plan()
    first, second = flow.submit(plan), flow.submit(plan)
    flow.wait_until_done(second)
    _assert_refused(flow, second, "duplicate_plan", "plan_id", json.dumps(plan["plan_id"]))
    flow.wait_until_working(first, Leg.STOP, Leg.TARGET)


def test_a_lifecycle_carries_one_plan(flow: Flow) -> None:
    first = submission(a_plan(entry=UNREACHABLE), utc_now())
    lifecycle_id = flow.publish(first)
    second = replace(submission(a_plan(), utc_now()), lifecycle_id=lifecycle_id)
    flow.publish(second)
    refused = f"{lifecycle_id}~{second.id}"
    flow.wait_until_done(refused)
    _assert_refused(flow, refused, "duplicate_lifecycle", "lifecycle_id", json.dumps(lifecycle_id))
    assert flow.way(lifecycle_id) == ["plan_accepted pending"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("no JSON at all", "content is no JSON: Expecting value"),
        (
            '{"approval_status": "approved", "trading_plan": {"stop_loss": NaN}}',
            "content.trading_plan.stop_loss must be a finite number; was nan",
        ),
        ("[1]", "content must be a JSON object; was a list"),
    ],
)
def test_content_that_no_library_would_write_is_refused(
    flow: Flow, content: str, reason: str
) -> None:
    strand_id = f"raw-{in_seconds(0)}"
    with flow.store.connections.transaction() as connection:
        connection.execute(
            "INSERT INTO AD_strands (id, module, kind, content, tags, created_at) "
            "VALUES (?, 'dm', 'plan_evaluation', ?, '[\"trader:execute\"]', NOW())",
            [strand_id, content],
        )
    flow.wait_until_done(strand_id)
    _assert_refused(flow, strand_id, "malformed", "content", '"unreadable"')
    assert flow.strands(strand_id)[0]["content"]["reason"].startswith(reason)


def _assert_refused(flow: Flow, lifecycle_id: str, code: str, field: str, value: str) -> None:
    (refusal,) = flow.strands(lifecycle_id)
    content = refusal["content"]
    assert (content["event"], content["status"]) == ("plan_refused", "refused")
    assert (content["code"], content["field"], content["value"]) == (code, field, value)
    assert len(content["reason"]) > 10
    assert "dm:execution_feedback" in refusal["tags"]
    row = flow.store.lifecycle(lifecycle_id)
    assert row is not None
    assert (row.stage, row.outcome) == ("done", "refused")
