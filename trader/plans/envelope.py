"""The Decision Maker's contract around a plan."""

from trader.plans.fields import Fields, mapping
from trader.plans.refusal import PlanRefused, RefusalCode
from trader.plans.values import text
from trader.strands.decoding import UNREADABLE
from trader.strands.kinds import PLAN_EVALUATION
from trader.strands.strand import Strand

APPROVED = "approved"
PLAN_FIELD = "trading_plan"


def open_envelope(strand: Strand) -> Fields:
    """The fields of the approved plan inside the strand.

    The content is {"approval_status": "approved", "trading_plan": {...}, ...}. What else it
    holds (risk_assessment, resonance, ...) belongs to other teams: it stays in the strand and
    is not interpreted. Raises PlanRefused.
    """
    if strand.kind != PLAN_EVALUATION:
        reason = f"a plan's strand is of kind {PLAN_EVALUATION}"
        raise PlanRefused(RefusalCode.MALFORMED, "kind", strand.kind, reason)
    content = Fields(mapping(strand.content, "content").values, "")
    if content.has(UNREADABLE):
        reason = f"{content.values[UNREADABLE]}: write a JSON object"
        raise PlanRefused(RefusalCode.MALFORMED, "content", UNREADABLE, reason)
    status = content.read("approval_status", text)
    if status != APPROVED:
        reason = f'only plans with approval_status "{APPROVED}" are executed'
        raise PlanRefused(RefusalCode.NOT_APPROVED, "approval_status", status, reason)
    return content.read(PLAN_FIELD, mapping)


def agree_with_row(plan: Fields, strand: Strand) -> None:
    """Raises PlanRefused when the row's own columns name another symbol or timeframe."""
    for field, column in (("symbol", strand.symbol), ("timeframe", strand.timeframe)):
        written = plan.values.get(field)
        if column is not None and written is not None and written != column:
            reason = f"the strand's column says {column}: make both say the same"
            raise PlanRefused(RefusalCode.CONTRADICTION, plan.path_of(field), written, reason)
