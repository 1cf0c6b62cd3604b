"""What refusals may not lead to: exits refused without end, and plans lost to what passes. Pure."""

from collections.abc import Iterable

from chaos.verdict.finding import Crime, Finding
from chaos.verdict.records import PlanRecord
from trader.lifecycle.stage import Leg, Outcome
from trader.risk.control import Control

MOST_REFUSED_EXITS = 24
"""So many exits of a plan may be refused or ended by the venue, in a run in which it does both: a
dozen in the ten seconds in which it refuses everything, and that may strike a plan twice."""

PASSING = (
    "Only post-only orders allowed",
    "Trading is halted",
    "Too many cumulative requests",
    "open interest",
    "too far from oracle",
    "away from the reference price",
)
"""Parts of the venue's words for refusals of an entry that would be taken a while later."""
PASSING_CONTROLS = (Control.ADDRESS_BUDGET,)
"""Controls whose denial would not have come a while later."""


def refused_exits(plan: PlanRecord) -> int:
    """How many of the plan's exits the venue refused, or ended by itself before they traded."""
    return sum(order.is_refused and order.leg is not Leg.ENTRY for order in plan.orders)


def repeated_refusals(plans: Iterable[PlanRecord]) -> tuple[Finding, ...]:
    """Plans whose exits were refused too often."""
    counts = {plan.lifecycle_id: refused_exits(plan) for plan in plans}
    return tuple(
        Finding(Crime.REPEATED_REFUSAL, lifecycle_id, f"{count} of its exits were refused")
        for lifecycle_id, count in counts.items()
        if count > MOST_REFUSED_EXITS
    )


def lost_to_passing(plans: Iterable[PlanRecord]) -> tuple[Finding, ...]:
    """Plans that ended by a refusal that passes by itself."""
    return tuple(
        Finding(Crime.LOST_TO_PASSING, plan.lifecycle_id, f"{plan.outcome}: {why}")
        for plan in plans
        if (why := _passing_reason(plan)) is not None
    )


def _passing_reason(plan: PlanRecord) -> str | None:
    if plan.outcome == Outcome.DENIED and plan.denied_by in PASSING_CONTROLS:
        return plan.denied_by
    entries = [order for order in plan.orders if order.leg is Leg.ENTRY]
    if plan.outcome != Outcome.REJECTED or not entries:
        return None
    said = entries[-1].venue_text
    return said if any(words in said for words in PASSING) else None
