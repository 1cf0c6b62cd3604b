"""Plans before their entry: the condition comes true, time runs out, or somebody cancels."""

import pytest

from tests.flows.plans import UNREACHABLE, a_plan, in_seconds
from tests.flows.ways import PROTECTED
from tests.support.flow import Flow
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg, Outcome, Stage


def test_a_plan_waits_for_its_price(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(entry={"type": "price_above", "level": "3005"}))
    flow.wait_until_waiting(lifecycle_id)
    assert flow.way(lifecycle_id) == ["plan_accepted pending"]

    flow.market.set_mid("ETH", "3010")
    lifecycle = flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    assert flow.way(lifecycle_id) == PROTECTED
    assert lifecycle.trigger is not None
    assert lifecycle.trigger.reason == "mid 3010 is above 3005"


def test_a_breakout_must_be_seen_from_its_near_side_first(flow: Flow) -> None:
    flow.market.set_mid("ETH", "3010")
    lifecycle_id = flow.submit(a_plan(entry="breakout_above_3005"))
    flow.wait_until_waiting(lifecycle_id)
    flow.market.set_mid("ETH", "3000")
    flow.wait_for(lifecycle_id, _is_armed, "armed")
    assert flow.way(lifecycle_id) == ["plan_accepted pending", "condition_armed pending"]

    flow.market.set_mid("ETH", "3010")
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    assert flow.way(lifecycle_id) == [PROTECTED[0], "condition_armed pending", *PROTECTED[1:]]


def test_the_decision_makers_own_contract(flow: Flow) -> None:
    lifecycle_id = flow.submit(
        {
            "approval_status": "approved",
            "risk_assessment": {"score": 0.3},
            "trading_plan": {
                "plan_id": f"contract-{in_seconds(0)}",
                "symbol": "BTC",
                "timeframe": "1h",
                "direction": "long",
                "entry_conditions": {"price_above": 99000, "price_below": 101000},
                "position_size": 0.02,
                "stop_loss": 98000,
                "take_profit": 103000.0,
                "confidence_score": 0.85,
                "market_context": {"regime": "trending_up"},
                "expected_outcome": "2% gain in 4 hours",
            },
        }
    )
    lifecycle = flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    assert flow.way(lifecycle_id) == PROTECTED
    assert float(lifecycle.position.size) == pytest.approx(0.02, rel=0.05)  # 2 % of the equity
    assert {strand["regime"] for strand in flow.strands(lifecycle_id)} == {"trending_up"}
    assert {strand["timeframe"] for strand in flow.strands(lifecycle_id)} == {"1h"}

    flow.market.set_mid("BTC", "103000")
    flow.wait_until_done(lifecycle_id)
    analysis = flow.strands(lifecycle_id)[-1]["content"]
    assert analysis["expected_outcome"] == "2% gain in 4 hours"


def test_a_plan_expires_while_it_waits(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(entry=UNREACHABLE, valid_until=in_seconds(1)))
    lifecycle = flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == ["plan_accepted pending", "plan_expired expired"]
    assert lifecycle.outcome is Outcome.EXPIRED
    assert flow.venue_orders(lifecycle_id) == []


def test_a_waiting_plan_is_cancelled_at_once(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(entry=UNREACHABLE))
    flow.wait_until_waiting(lifecycle_id)
    flow.cancel(lifecycle_id)
    lifecycle = flow.lifecycle(lifecycle_id)
    assert lifecycle is not None
    assert (lifecycle.stage, lifecycle.outcome) == (Stage.DONE, Outcome.CANCELLED)
    assert flow.way(lifecycle_id) == ["plan_accepted pending", "plan_cancelled cancelled"]


def _is_armed(lifecycle: Lifecycle) -> bool:
    return bool(lifecycle.armed)
