"""The vocabulary is the specification's."""

from trader.strands.kinds import PlanTag, StrandKind, Tag

SPECIFIED_KINDS = {
    "order_status",
    "performance_analysis",
    "position_tracking",
    "execution_insights",
    "venue_performance",
    "execution_learning",
}
SPECIFIED_TAGS = {
    "trader:order_status",
    "trader:performance_analysis",
    "trader:position_tracking",
    "trader:execution_insights",
    "trader:venue_performance",
    "trader:execution_learning",
    "dm:execution_feedback",
    "cil:execution_insights",
    "cil:performance_analysis",
}


def test_kinds() -> None:
    assert set(StrandKind) == SPECIFIED_KINDS


def test_tags() -> None:
    assert set(Tag) >= SPECIFIED_TAGS
    assert set(Tag) - SPECIFIED_TAGS == {
        "agent:trader:feedback:execution_result",
        "feedback:central_intelligence",
    }


def test_plans_are_addressed_by_the_decision_makers_tags() -> None:
    assert set(PlanTag) == {"dm:plan_approved", "trader:execute"}
