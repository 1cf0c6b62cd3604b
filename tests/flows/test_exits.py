"""A position's ways out: its stop, its target, its time, and somebody's wish."""

from decimal import Decimal

import pytest

from tests.flows.plans import a_plan
from tests.flows.ways import ENDED, ENTERED, LEFT_AT_MARKET, PROTECTED, PROTECTION
from tests.support.flow import Flow
from trader.lifecycle.stage import Leg, Outcome
from trader.strands.strand import Json

LONG: dict[str, Json] = {"direction": "long", "stop_loss": "2900", "take_profit": "3100"}
SHORT: dict[str, Json] = {"direction": "short", "stop_loss": "3100", "take_profit": "2900"}


@pytest.mark.parametrize(
    ("plan", "mid", "stop", "target", "gains"),
    [
        (LONG, "2900", "filled", "cancelled", False),
        (LONG, "3100", "cancelled", "filled", True),
        (SHORT, "3100", "filled", "cancelled", False),
        (SHORT, "2900", "cancelled", "filled", True),
    ],
    ids=["long stop", "long target", "short stop", "short target"],
)
def test_the_venue_takes_the_position_out(
    flow: Flow, plan: dict[str, Json], mid: str, stop: str, target: str, gains: bool
) -> None:
    lifecycle_id = flow.submit(a_plan(**plan))
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    assert flow.way(lifecycle_id) == PROTECTED

    flow.market.set_mid("ETH", mid)
    lifecycle = flow.wait_until_done(lifecycle_id)
    hit = "stop" if stop == "filled" else "target"
    assert flow.way(lifecycle_id) == [
        *PROTECTED,
        f"order_reported stop {stop}",
        f"order_reported target {target}",
        f"order_filled {hit} filled",
        *ENDED,
    ]
    assert lifecycle.outcome is Outcome.CLOSED
    assert (lifecycle.position.realised > 0) is gains
    closed = sum(Decimal(fill["closedPnl"]) for fill in flow.venue_fills(lifecycle_id))
    assert lifecycle.position.realised == closed


def test_what_the_analysis_says_is_what_the_venue_booked(flow: Flow) -> None:
    expectation: Json = {"return_fraction": "0.03", "entry_price": "3000"}
    lifecycle_id = flow.submit(a_plan(expectation=expectation, confidence=0.8))
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    flow.market.set_mid("ETH", "3100")
    flow.wait_until_done(lifecycle_id)

    strand = flow.strands(lifecycle_id)[-1]
    entry, exit_ = flow.venue_fills(lifecycle_id)
    fees = Decimal(entry["fee"]) + Decimal(exit_["fee"])
    gross = Decimal("0.2") * (Decimal(exit_["px"]) - Decimal(entry["px"]))
    assert {"cil:performance_analysis", "dm:execution_feedback"} <= set(strand["tags"])
    assert strand["sig_confidence"] == 0.8
    assert 0 < strand["outcome_score"] <= 1
    content = strand["content"]
    assert Decimal(content["result"]["gross"]) == gross
    assert Decimal(content["result"]["net"]) == gross - fees
    quality = content["execution_quality"]
    assert (quality["entry_price"], quality["exit_price"]) == (entry["px"], exit_["px"])
    assert Decimal(quality["arrival_price"]) == 3000
    assert Decimal(quality["fill_ratio"]) == 1
    slippage = (Decimal(entry["px"]) / 3000 - 1) * 10_000
    assert Decimal(quality["slippage_to_arrival_bps"]) == pytest.approx(slippage)
    compared = {item["measure"]: item["expected"] for item in content["plan_against_reality"]}
    assert compared == {"entry_price": "3000", "return_fraction": "0.03"}


def test_a_position_is_left_when_its_time_is_over(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(max_hold="PT1S"))
    lifecycle = flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [*PROTECTED, *LEFT_AT_MARKET]
    assert lifecycle.outcome is Outcome.CLOSED
    assert lifecycle.exit_reason == "time"


def test_a_cancellation_can_close_the_position(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan())
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    flow.cancel(lifecycle_id, close_position=True)
    lifecycle = flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [*PROTECTED, "cancel_requested cancelling", *LEFT_AT_MARKET]
    assert (lifecycle.outcome, lifecycle.exit_reason) == (Outcome.CLOSED, "cancelled")


def test_a_cancellation_alone_leaves_the_position_under_its_protection(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan())
    resting = flow.submit(a_plan(order={"type": "limit", "price": "2950"}))
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    flow.wait_until_working(resting, Leg.ENTRY)
    flow.cancel(lifecycle_id)
    flow.cancel(resting)
    flow.wait_until_done(resting)  # the same sweep looked at both
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)

    flow.market.set_mid("ETH", "2900")
    flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [
        *PROTECTED,
        "cancel_requested cancelling",
        "order_reported stop filled",
        "order_reported target cancelled",
        "order_filled stop filled",
        *ENDED,
    ]


def test_two_positions_of_one_symbol_keep_their_own_protection(flow: Flow) -> None:
    near = flow.submit(a_plan(take_profit="3100"))
    far = flow.submit(a_plan(take_profit="3200"))
    for lifecycle_id in (near, far):
        flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)

    flow.market.set_mid("ETH", "3100")
    flow.wait_until_done(near)
    assert flow.way(near) == [
        *PROTECTED,
        "order_reported target filled",
        "order_filled target filled",
        "position_changed closed",
        "cancel_sent cancelling",
        "order_reported stop cancelled",
        "execution_finished closed",
        "plan_analyzed analyzed",
    ]
    flow.wait_until_working(far, Leg.STOP, Leg.TARGET)
    assert flow.way(far) == PROTECTED


def test_a_position_without_stop_and_target_waits_for_its_time(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(stop_loss=None, take_profit=None, max_hold="PT1S"))
    flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [
        *ENTERED,
        "exit_decided exiting",
        "orders_intended submitting",
        "orders_answered filled",
        "order_filled exit filled",
        *ENDED,
    ]


def test_a_stop_alone_protects(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(take_profit=None))
    flow.wait_until_working(lifecycle_id, Leg.STOP)
    flow.market.set_mid("ETH", "2900")
    flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [
        *ENTERED,
        *PROTECTION,
        "order_reported stop filled",
        "order_filled stop filled",
        *ENDED,
    ]
