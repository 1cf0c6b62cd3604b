"""What must hold for every plan, whatever became of it: journal, projection and ledger agree."""

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.support.flow import Flow
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Stage

POSITION_EVENTS = {
    "position_changed",
    "position_unprotected",
    "position_netted",
    "execution_finished",
}


def audit(flow: Flow, lifecycle_id: str) -> None:
    """The plan is done, its strands are whole, and the exchange has its orders exactly once."""
    lifecycle = flow.lifecycle(lifecycle_id)
    assert lifecycle is not None
    assert lifecycle.stage is Stage.DONE
    _audit_strands(flow.strands(lifecycle_id), lifecycle)
    assert flow.store.lifecycle(lifecycle_id) == project(lifecycle)
    _audit_orders(flow, lifecycle)
    _audit_fills(flow, lifecycle)


def _audit_strands(strands: list[dict[str, Any]], lifecycle: Lifecycle) -> None:
    assert [strand["seq"] for strand in strands] == list(range(lifecycle.seq + 1))
    causes = [lifecycle.source_id, *(strand["id"] for strand in strands[:-1])]
    assert [strand["parent_id"] for strand in strands] == causes
    times = [strand["created_at"] for strand in strands]
    assert times == sorted(times)
    for strand in strands:
        assert (strand["module"], strand["kind"]) == ("trader", _kind_of(strand))
        assert f"trader:{strand['kind']}" in strand["tags"]
        assert "cil:execution_insights" in strand["tags"]
        assert strand["content"]["reason"]
        assert strand["symbol"] == (lifecycle.plan and lifecycle.plan.symbol)
    assert {"dm:execution_feedback"} <= set(strands[-1]["tags"])


def _kind_of(strand: dict[str, Any]) -> str:
    event = strand["content"]["event"]
    if event == "plan_analyzed":
        return "performance_analysis"
    return "position_tracking" if event in POSITION_EVENTS else "order_status"


def _audit_orders(flow: Flow, lifecycle: Lifecycle) -> None:
    """Each order that reached the venue is there once, as the one intent that names it said."""
    found = flow.venue_orders(lifecycle.lifecycle_id)
    landed = [order for order in lifecycle.orders.values() if order.order_id is not None]
    assert Counter(order["cloid"] for order in found) == Counter(o.cloid for o in landed)
    for order in found:
        intent = lifecycle.intents[lifecycle.orders[order["cloid"]].intent_id]
        assert (order["signer"], order["nonce"]) == (intent.signer, intent.nonce)
        assert order["status"] not in ("open", "triggered")
    named = Counter(o.request.cloid for i in lifecycle.intents.values() for o in i.orders)
    assert named == Counter(lifecycle.orders.keys())
    assert lifecycle.unsettled() == ()


def _audit_fills(flow: Flow, lifecycle: Lifecycle) -> None:
    """Every trade is booked once, at the venue's price and fee; the plan ends flat."""
    theirs = flow.venue_fills(lifecycle.lifecycle_id)
    ours = [
        (fill.trade_id, fill.order_id, fill.price, fill.size, fill.fee) for fill in lifecycle.fills
    ]
    assert Counter(ours) == Counter(
        (f["tid"], f["oid"], Decimal(f["px"]), Decimal(f["sz"]), Decimal(f["fee"])) for f in theirs
    )
    assert lifecycle.position.size == 0
    if theirs:
        assert lifecycle.analysis is not None
        fees = sum(Decimal(fill["fee"]) for fill in theirs)
        assert lifecycle.analysis.execution_quality.fees == fees
