"""Orders for plans that were cancelled or had ended. Pure.

Two things are wrong. An order that was *intended* by a strand behind the one that ended its plan,
whatever the clocks say: for a plan that was asked to end, an entry; for one that is over, any. And
an order that was intended before, and *accepted* after: at all, for a plan that is over, because
none is while an order of it may still land; for one that was asked to end, when it is an entry, and
later than what was on its way to the venue may be. The time is the ledger's; a request that waits
in a venue that stands is on its way, and so is one that waits in a process that stands: until the
order expires.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.clocks import ClockStep, true_times
from chaos.verdict.finding import Crime, Finding
from chaos.verdict.outages import Outage, seconds_without
from chaos.verdict.records import AcceptedOrder, Ending, Ledger, PlannedOrder, PlanRecord
from trader.lifecycle.stage import Leg

ON_ITS_WAY_SECONDS = 3.5
"""A venue that fails holds a request back for 3 s at most before it is admitted."""
ORDER_EXPIRY_SECONDS = 6.0
"""After so long the venue takes an order no more, wherever it has waited."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What the strands' own times do not tell.

    `cancelled`: when a plan's cancellation stood in the journal for certain, by the clock of who
    asked for it. `steps`: clocks that were wrong. `outages`: when the venue stood. `stalls`: when a
    process that places orders did.
    """

    cancelled: Mapping[str, datetime]
    steps: Sequence[ClockStep] = ()
    outages: Sequence[Outage] = ()
    stalls: Sequence[Outage] = ()


def after_end(plans: Sequence[PlanRecord], ledger: Ledger, moments: Moments) -> tuple[Finding, ...]:
    """Every order that should not have been intended, or not have been accepted any more."""
    return tuple(
        Finding(Crime.AFTER_END, plan.lifecycle_id, f"the {order.leg} order {order.cloid} {text}")
        for plan in plans
        for ending in plan.endings
        for order in plan.orders
        if ending.is_final or order.leg is Leg.ENTRY
        for text in _wrong(plan, ending, order, ledger, moments)
    )


def _wrong(
    plan: PlanRecord, ending: Ending, order: PlannedOrder, ledger: Ledger, moments: Moments
) -> Iterator[str]:
    ended = f"{ending.event} (strand {ending.seq})"
    if order.intent_seq > ending.seq:
        yield f"was intended by strand {order.intent_seq}, after {ended}"
        return
    ended_at = _stood_at(plan, ending, moments)
    for accepted in ledger.orders_by_cloid.get(order.cloid, ()):
        late = (accepted.accepted_at - ended_at).total_seconds()
        if not ending.is_final:
            late = seconds_without(ended_at, accepted.accepted_at, moments.outages)
        if late > (0 if ending.is_final else _longest_way(ended_at, accepted, moments)):
            yield f"was accepted {late:.3f} s after {ended}"


def _longest_way(ended_at: datetime, accepted: AcceptedOrder, moments: Moments) -> float:
    """How long the order may have been on its way when its plan was asked to end."""
    earliest = ended_at - timedelta(seconds=ORDER_EXPIRY_SECONDS)
    is_delayed = any(
        stall.began <= accepted.accepted_at and earliest <= stall.ended for stall in moments.stalls
    )
    return ORDER_EXPIRY_SECONDS if is_delayed else ON_ITS_WAY_SECONDS


def _stood_at(plan: PlanRecord, ending: Ending, moments: Moments) -> datetime:
    """When the strand stood in the journal for certain."""
    if not ending.is_final and plan.lifecycle_id in moments.cancelled:
        return moments.cancelled[plan.lifecycle_id]
    return max(true_times(ending.at, moments.steps))
