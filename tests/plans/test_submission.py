from tests.support.lifecycles import START
from trader.plans.submission import submission
from trader.strands.kinds import PlanTag


def test_a_plan_alone_is_put_into_the_envelope() -> None:
    strand = submission({"plan_id": "p", "symbol": "BTC", "timeframe": "1h"}, START)
    assert strand.content == {
        "approval_status": "approved",
        "trading_plan": {"plan_id": "p", "symbol": "BTC", "timeframe": "1h"},
    }
    assert (strand.module, strand.kind, strand.seq) == ("dm", "plan_evaluation", None)
    assert strand.tags == (PlanTag.PLAN_APPROVED, PlanTag.EXECUTE)
    assert (strand.symbol, strand.timeframe) == ("BTC", "1h")
    assert strand.lifecycle_id is not None


def test_a_whole_evaluation_is_taken_as_it_is() -> None:
    content = {"approval_status": "rejected", "trading_plan": {"symbol": 7}, "resonance": {}}
    strand = submission(content, START)
    assert strand.content == content
    assert strand.symbol is None
