"""The vocabulary of the strands table: modules, kinds, tags and team members."""

from enum import StrEnum


class Module(StrEnum):
    """Who wrote a strand, as the network names its teams."""

    TRADER = "trader"
    DECISION_MAKER = "dm"


class StrandKind(StrEnum):
    """The kinds of strand that the Trader writes."""

    ORDER_STATUS = "order_status"
    PERFORMANCE_ANALYSIS = "performance_analysis"
    POSITION_TRACKING = "position_tracking"
    EXECUTION_INSIGHTS = "execution_insights"
    VENUE_PERFORMANCE = "venue_performance"
    EXECUTION_LEARNING = "execution_learning"


class Tag(StrEnum):
    """The tags that route a strand to its readers."""

    ORDER_STATUS = "trader:order_status"
    PERFORMANCE_ANALYSIS = "trader:performance_analysis"
    POSITION_TRACKING = "trader:position_tracking"
    EXECUTION_INSIGHTS = "trader:execution_insights"
    VENUE_PERFORMANCE = "trader:venue_performance"
    EXECUTION_LEARNING = "trader:execution_learning"
    DM_EXECUTION_FEEDBACK = "dm:execution_feedback"
    CIL_EXECUTION_INSIGHTS = "cil:execution_insights"
    CIL_PERFORMANCE_ANALYSIS = "cil:performance_analysis"
    AGENT_EXECUTION_RESULT = "agent:trader:feedback:execution_result"
    CIL_FEEDBACK = "feedback:central_intelligence"


class PlanTag(StrEnum):
    """The tags by which the Decision Maker addresses an approved plan to the Trader."""

    PLAN_APPROVED = "dm:plan_approved"
    EXECUTE = "trader:execute"


class TeamMember(StrEnum):
    """The component of the Trader that wrote a strand (column `team_member`)."""

    ORDER_MANAGER = "order_manager"
    POSITION_TRACKER = "position_tracker"
    PERFORMANCE_ANALYZER = "performance_analyzer"


PLAN_EVALUATION = "plan_evaluation"
"""The kind under which the Decision Maker publishes a plan."""
