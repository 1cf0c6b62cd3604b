"""Starts a lifecycle for every plan in the inbox: accepted, or refused with the reason."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from trader.conditions.describing import describe
from trader.conditions.quoting import as_written
from trader.lifecycle.journal import Journal
from trader.lifecycle.plan_events import PlanAccepted, PlanRefused
from trader.plans.intake import read_plan
from trader.plans.plan import Plan
from trader.plans.refusal import Refusal, RefusalCode
from trader.strands.store import (
    DuplicatePlan,
    DuplicateSource,
    InvalidStrand,
    SequenceConflict,
    StrandStore,
)
from trader.strands.strand import Strand
from trader.venues.instrument import Instrument

log = structlog.get_logger()

PAGE = 200


def take_in(
    store: StrandStore, journal: Journal, instruments: Mapping[str, Instrument], now: datetime
) -> tuple[str, ...]:
    """Answer every plan strand that nobody answered yet; the lifecycles that now wait.

    Safe to run twice and by several workers at once: the strand's id starts one lifecycle only.
    """
    waiting: list[str] = []
    answered: set[str] = set()
    while strands := [s for s in store.plan_inbox(PAGE) if s.id not in answered]:
        answers = [_answer_or_leave(journal, strand, instruments, now) for strand in strands]
        waiting.extend(lifecycle_id for lifecycle_id in answers if lifecycle_id is not None)
        answered |= {strand.id for strand in strands}
    return tuple(waiting)


def _answer_or_leave(
    journal: Journal, strand: Strand, instruments: Mapping[str, Instrument], now: datetime
) -> str | None:
    """A plan whose ids the store cannot keep stays in the inbox, loudly, and stops no other."""
    try:
        return _answer(journal, strand, instruments, now)
    except InvalidStrand as error:
        log.error("a plan cannot be answered", strand_id=f"{strand.id:.200}", why=str(error))
        return None


def _answer(
    journal: Journal, strand: Strand, instruments: Mapping[str, Instrument], now: datetime
) -> str | None:
    lifecycle_id = strand.lifecycle_id or strand.id
    plan = read_plan(strand, instruments, now)
    event = _event(strand, plan)
    try:
        journal.begin(lifecycle_id, event, now)
    except DuplicateSource:
        return None
    except DuplicatePlan:
        refusal = _duplicate(event, RefusalCode.DUPLICATE_PLAN, "plan_id", _plan_id_of(event))
        _refuse(journal, lifecycle_id, refusal, now)
        return None
    except SequenceConflict:
        refusal = _duplicate(event, RefusalCode.DUPLICATE_LIFECYCLE, "lifecycle_id", lifecycle_id)
        _refuse(journal, f"{lifecycle_id}~{strand.id}", refusal, now)
        return None
    return lifecycle_id if isinstance(plan, Plan) else None


def _event(strand: Strand, plan: Plan | Refusal) -> PlanAccepted | PlanRefused:
    if isinstance(plan, Plan):
        condition = describe(plan.entry)
        return PlanAccepted(
            plan=plan,
            entry_condition=condition,
            source_id=strand.id,
            approved_at=strand.created_at,
            reason=f"{plan.direction} {plan.symbol} waits until {condition}",
        )
    return PlanRefused(
        code=plan.code,
        field=plan.field,
        value=plan.value,
        source_id=strand.id,
        plan_id=_claimed_plan_id(strand),
        reason=plan.reason,
    )


def _claimed_plan_id(strand: Strand) -> str | None:
    """The plan id that a refused plan gives itself, if it can be read."""
    plan = strand.content.get("trading_plan")
    claimed = plan.get("plan_id") if isinstance(plan, dict) else None
    return claimed if isinstance(claimed, str) else None


def _plan_id_of(event: PlanAccepted | PlanRefused) -> str | None:
    return event.plan.plan_id if isinstance(event, PlanAccepted) else event.plan_id


def _duplicate(
    event: PlanAccepted | PlanRefused, code: RefusalCode, field: str, value: str | None
) -> PlanRefused:
    return PlanRefused(
        code=code,
        field=field,
        value=as_written(value),
        source_id=event.source_id,
        plan_id=_plan_id_of(event),
        reason=f"another lifecycle already has {field} {value!r}: send a new plan with its own",
    )


def _refuse(journal: Journal, lifecycle_id: str, refusal: PlanRefused, now: datetime) -> None:
    """Refuse a duplicate under a lifecycle that no plan has: the first one is not disturbed."""
    try:
        journal.begin(lifecycle_id, refusal, now)
    except (DuplicateSource, SequenceConflict):
        return
