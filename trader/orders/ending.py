"""What becomes of a plan that holds nothing, and of which nothing works any more. Pure."""

from datetime import datetime
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.plan_events import EntryRearmed, EntrySetApart
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.rearming import is_told, next_wait
from trader.plans.plan import Plan

NEVER_LANDED = "never_landed"
"""The cause of a new attempt when the order is proved never to have reached the venue."""


def ending(
    lifecycle: Lifecycle, plan: Plan, now: datetime
) -> ExecutionFinished | EntryRearmed | EntrySetApart:
    """Its end, or the event that lets it enter once more."""
    if lifecycle.nettings:
        return finished(lifecycle, Outcome.NETTED, "flat, after an opposite plan took a part of it")
    if lifecycle.fills:
        return finished(lifecycle, Outcome.CLOSED, "flat, and nothing works any more")
    if lifecycle.cancel is not None:
        return finished(lifecycle, Outcome.CANCELLED, "cancelled before anything traded")
    if now >= plan.valid_until:
        return finished(lifecycle, Outcome.EXPIRED, "nothing traded before the plan's end")
    return _after(lifecycle, lifecycle.orders_of(Leg.ENTRY)[-1])


def was_refused_with_others(lifecycle: Lifecycle) -> bool:
    """Whether the plan's latest entry died with an action that other plans shared."""
    entries = lifecycle.orders_of(Leg.ENTRY)
    is_tracked = lifecycle.stage is Stage.TRACK and not lifecycle.working(*Leg)
    return is_tracked and bool(entries) and entries[-1].died_with_others


def finished(
    lifecycle: Lifecycle, outcome: Outcome, reason: str, net_size: Decimal | None = None
) -> ExecutionFinished:
    """The end of its execution, with how long it held something."""
    fills = lifecycle.fills
    held_for = fills[-1].traded_at - fills[0].traded_at if fills else None
    return ExecutionFinished(outcome=outcome, held_for=held_for, net_size=net_size, reason=reason)


def _after(lifecycle: Lifecycle, entry: Order) -> ExecutionFinished | EntryRearmed | EntrySetApart:
    """What follows when the latest entry order ended untraded."""
    cause = _passing_cause(entry)
    if entry.died_with_others and not (entry.cause is not None and entry.cause.is_for_all):
        return EntrySetApart(
            reason="the venue refused the action that it shared with other plans, for one of "
            "their orders: it is decided again, and placed on its own"
        )
    if cause is not None:
        return _rearmed(lifecycle, entry, cause)
    ended = entry.venue_text or entry.state
    return finished(lifecycle, Outcome.REJECTED, f"the entry ended untraded: {ended}")


def _passing_cause(entry: Order) -> str | None:
    """What kept the order from trading, when that passes by itself."""
    if entry.cause is not None and entry.cause.passes:
        return entry.cause
    return NEVER_LANDED if entry.state is OrderState.NEVER_LANDED else None


def _rearmed(lifecycle: Lifecycle, entry: Order, cause: str) -> EntryRearmed:
    wait = next_wait(lifecycle)
    ended = entry.venue_text or "it never reached the venue"
    return EntryRearmed(
        cause=cause,
        attempts=entry.intended.attempt,
        wait=wait,
        is_repeated=is_told(lifecycle, cause),
        reason=f"the entry ended untraded: {ended}. That passes: the condition is judged again in "
        f"{wait.total_seconds():.0f} s",
    )
