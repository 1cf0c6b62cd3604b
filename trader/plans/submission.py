"""Writes a plan as the Decision Maker does: one row of the strands table."""

from collections.abc import Mapping
from datetime import datetime

from trader.strands.identity import new_strand_id, session_bucket
from trader.strands.kinds import PLAN_EVALUATION, Module, PlanTag
from trader.strands.strand import Json, Strand

ENVELOPE_KEYS = frozenset({"approval_status", "trading_plan"})


def submission(document: Mapping[str, Json], now: datetime) -> Strand:
    """The strand that carries this plan, or this whole `plan_evaluation` content.

    A plan alone is put into the Decision Maker's envelope as approved. Nothing is checked here:
    the Trader answers with an acceptance or a refusal, as it answers any team.
    """
    content = dict(document)
    if not ENVELOPE_KEYS & content.keys():
        content = {"approval_status": "approved", "trading_plan": content}
    plan = content.get("trading_plan")
    return Strand(
        id=new_strand_id(now),
        lifecycle_id=new_strand_id(now),
        seq=None,
        module=Module.DECISION_MAKER,
        kind=PLAN_EVALUATION,
        content=content,
        tags=(PlanTag.PLAN_APPROVED, PlanTag.EXECUTE),
        created_at=now,
        symbol=_text(plan, "symbol"),
        timeframe=_text(plan, "timeframe"),
        session_bucket=session_bucket(now),
    )


def _text(plan: Json, name: str) -> str | None:
    value = plan.get(name) if isinstance(plan, dict) else None
    return value if isinstance(value, str) else None
