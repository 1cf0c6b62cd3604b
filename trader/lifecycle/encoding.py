"""Events to strands and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from trader.errors import Permanent
from trader.lifecycle.analysis_events import PlanAnalyzed
from trader.lifecycle.event import Event
from trader.lifecycle.order_events import (
    CancelSent,
    ExitDecided,
    IntentDied,
    IntentUnknown,
    NonceFoundUsed,
    OrderAnomaly,
    OrderFilled,
    OrderForgotten,
    OrderReported,
    OrdersAnswered,
    OrdersIntended,
)
from trader.lifecycle.plan_events import (
    CancelRequested,
    ConditionArmed,
    EntryDenied,
    EntryRearmed,
    EntrySetApart,
    EntryTriggered,
    PlanAccepted,
    PlanCancelled,
    PlanExpired,
    PlanRefused,
)
from trader.lifecycle.position_events import (
    ExecutionFinished,
    PositionChanged,
    PositionNetted,
    PositionUnprotected,
)
from trader.plans.plan import Plan
from trader.reconciliation.events import (
    AccountOpened,
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.strands.identity import new_strand_id, session_bucket
from trader.strands.kinds import Module
from trader.strands.strand import Strand

AnyEvent = Annotated[
    PlanAccepted
    | PlanRefused
    | ConditionArmed
    | EntryTriggered
    | EntryDenied
    | PlanExpired
    | CancelRequested
    | PlanCancelled
    | OrdersIntended
    | OrdersAnswered
    | IntentUnknown
    | NonceFoundUsed
    | IntentDied
    | OrderReported
    | OrderForgotten
    | OrderFilled
    | OrderAnomaly
    | CancelSent
    | ExitDecided
    | EntryRearmed
    | EntrySetApart
    | PositionChanged
    | PositionNetted
    | PositionUnprotected
    | ExecutionFinished
    | PlanAnalyzed
    | AccountOpened
    | ExternalOrderFound
    | ExternalFillFound
    | LiquidationFound
    | PositionDiffers,
    Field(discriminator="event"),
]

_EVENTS: TypeAdapter[Event] = TypeAdapter(AnyEvent)

AGENT = "trader"
UNKNOWN_REGIME = "unknown"


class UnreadableStrand(Permanent):
    """A strand of ours holds content that no event has: written by another version."""


def to_strands(
    events: Sequence[Event],
    *,
    lifecycle_id: str,
    plan: Plan | None,
    last_seq: int,
    last_strand_id: str | None,
    now: datetime,
) -> tuple[Strand, ...]:
    """The strands that publish these events, each caused by the one before it."""
    strands: list[Strand] = []
    parent = last_strand_id
    for offset, event in enumerate(events, start=1):
        strand = _to_strand(event, lifecycle_id, plan, last_seq + offset, parent, now)
        strands.append(strand)
        parent = strand.id
    return tuple(strands)


def _to_strand(
    event: Event,
    lifecycle_id: str,
    plan: Plan | None,
    seq: int,
    parent_id: str | None,
    now: datetime,
) -> Strand:
    return Strand(
        id=new_strand_id(now),
        lifecycle_id=lifecycle_id,
        seq=seq,
        module=Module.TRADER,
        kind=event.kind,
        content={"status": event.status} | event.model_dump(mode="json"),
        tags=tuple(str(tag) for tag in event.routing),
        created_at=now,
        symbol=plan.symbol if plan else None,
        timeframe=plan.timeframe if plan else None,
        session_bucket=session_bucket(now),
        regime=(plan.regime if plan else None) or UNKNOWN_REGIME,
        agent_id=AGENT,
        team_member=event.member,
        sig_confidence=plan.confidence if plan else None,
        outcome_score=event.outcome_score,
        parent_id=parent_id,
        position_id=lifecycle_id,
        trade_id=event.trade_id,
    )


def to_event(strand: Strand) -> Event:
    """The event that the strand publishes. Raises UnreadableStrand."""
    content = dict(strand.content)
    content.pop("status", None)
    try:
        return _EVENTS.validate_python(content)
    except ValidationError as error:
        raise UnreadableStrand(
            f"strand {strand.id} (lifecycle {strand.lifecycle_id}, seq {strand.seq}) is not an "
            f"event of this version: {error.errors()[0]['msg']}; run the version that wrote it"
        ) from error
