"""What a tracked plan does next. Pure: from its state, the market's rules and the time."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import TRADES_LAG, Order
from trader.lifecycle.order_events import ExitDecided
from trader.lifecycle.plan_events import EntryRearmed, EntrySetApart
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.stage import ExitReason, Leg, OrderState, Outcome
from trader.orders.draft import OrderDraft
from trader.orders.ending import ending, finished
from trader.orders.patience import is_pausing
from trader.orders.protection import is_unprotectable, protection_change
from trader.plans.plan import Plan
from trader.venues.instrument import Instrument
from trader.venues.refusal_cause import RefusalCause

POSITION_LOST = frozenset({RefusalCause.REDUCE_ONLY, RefusalCause.LIQUIDATION})
"""The causes of an order's end when there is no position that it could reduce."""

PROTECTIVE = (Leg.STOP, Leg.TARGET)


@dataclass(frozen=True, slots=True)
class Place:
    """Send these orders as one action."""

    drafts: tuple[OrderDraft, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask the venue to cancel these orders; `net_size` where the decision stands on it."""

    orders: tuple[Order, ...]
    reason: str
    net_size: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """Close the whole position at market; `size` is what is held, signed.

    `is_rounded_up`: the venue does not take so little, and the next exit brings back the rest.
    """

    size: Decimal
    reason: str
    is_rounded_up: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Write this event: it changes what comes next."""

    event: ExitDecided | ExecutionFinished | EntryRearmed | EntrySetApart


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until the venue or the clock says something new."""


Step: TypeAlias = Place | Cancel | Exit | Record | Wait


def next_step(
    lifecycle: Lifecycle,
    plan: Plan,
    instrument: Instrument,
    net_size: Decimal | None,
    now: datetime,
) -> Step:
    """The one next thing; call again after it is done.

    `net_size` is the account's signed position in the symbol, as far as it can be this plan's,
    when it was asked.
    """
    if lifecycle.owes:
        return _give_back(lifecycle, plan, now)
    if _is_gone(lifecycle, net_size, now):
        return _finish_gone(lifecycle, net_size, now)
    if lifecycle.position.size != 0:
        return _step_with_position(lifecycle, plan, instrument, now)
    return _step_when_flat(lifecycle, plan, now)


def lost_position_suspected(lifecycle: Lifecycle, now: datetime) -> bool:
    """Whether what we think we hold may be gone.

    The venue refused or ended a reduce-only order, or no order of ours is there that could tell.
    """
    if lifecycle.position.size == 0:
        return False
    exits = lifecycle.orders_of(*PROTECTIVE, Leg.EXIT)
    if any(order.cause in POSITION_LOST for order in exits):
        return True
    is_watched = any(not order.state.is_over for order in exits)
    return not is_watched and now >= lifecycle.fills[-1].traded_at + TRADES_LAG


def _is_gone(lifecycle: Lifecycle, net_size: Decimal | None, now: datetime) -> bool:
    if net_size is None or not lost_position_suspected(lifecycle, now):
        return False
    return lifecycle.position.size * net_size <= 0


def _finish_gone(lifecycle: Lifecycle, net_size: Decimal | None, now: datetime) -> Step:
    working = _cancellable(lifecycle.working(*Leg))
    if working:
        return Cancel(working, "the venue no longer shows the position", net_size)
    if lifecycle.unsettled() or _is_behind(lifecycle, now):
        return Wait()
    booked = lifecycle.position.size
    reason = f"we booked {booked}, the venue holds {net_size}: closed by other hands"
    return Record(finished(lifecycle, Outcome.CLOSED_EXTERNALLY, reason, net_size))


def _give_back(lifecycle: Lifecycle, plan: Plan, now: datetime) -> Step:
    """Exits that trade at the same time take from other plans that hold the symbol.

    The venue sees one position of the account, so reduce-only does not keep them from it. What was
    traded beyond the entry is traded back, once nothing works any more that could change it.
    """
    working = _cancellable(lifecycle.working(*Leg))
    if working:
        return Cancel(working, "its exits have traded more than its entry")
    if lifecycle.unsettled() or _is_behind(lifecycle, now):
        return Wait()
    if lifecycle.exit_reason is None:
        why = ExitReason.GIVEN_BACK
        return Record(ExitDecided(why=why, reason=_exit_sentence(plan, why)))
    if is_pausing(lifecycle, Leg.EXIT, now):
        return Wait()
    size = lifecycle.position.size
    return Exit(size, f"its exits have traded {abs(size)} more than its entry: it is given back")


def _step_with_position(
    lifecycle: Lifecycle, plan: Plan, instrument: Instrument, now: datetime
) -> Step:
    if _is_behind(lifecycle, now):
        return Wait()
    exit_reason = lifecycle.exit_reason or _exit_reason(lifecycle, plan, now)
    if exit_reason is not None:
        return _leave(lifecycle, plan, exit_reason, now)
    return (
        _protect(lifecycle, plan, instrument, now)
        or _entry_to_cancel(lifecycle, plan, now)
        or Wait()
    )


def _protect(
    lifecycle: Lifecycle, plan: Plan, instrument: Instrument, now: datetime
) -> Place | Cancel | None:
    """Add before withdrawing: at no time is the position without its exits."""
    change = protection_change(lifecycle, plan, instrument, now)
    if change.add:
        return Place(change.add, f"protects {abs(lifecycle.position.size)} {plan.symbol}")
    if change.withdraw:
        return Cancel(change.withdraw, "another order covers the position's new size")
    return None


def _exit_reason(lifecycle: Lifecycle, plan: Plan, now: datetime) -> ExitReason | None:
    if lifecycle.cancel is not None and lifecycle.cancel.close_position:
        return ExitReason.CANCELLED
    if is_unprotectable(lifecycle):
        return ExitReason.UNPROTECTED
    held_since = lifecycle.fills[0].traded_at
    if plan.max_hold is not None and now >= held_since + plan.max_hold:
        return ExitReason.TIME
    return None


def _leave(lifecycle: Lifecycle, plan: Plan, why: ExitReason, now: datetime) -> Step:
    if lifecycle.exit_reason is None:
        return Record(ExitDecided(why=why, reason=_exit_sentence(plan, why)))
    entries = _cancellable(lifecycle.working(Leg.ENTRY))
    if entries:
        return Cancel(entries, "the position is being closed")
    if lifecycle.working(Leg.EXIT, Leg.ENTRY) or is_pausing(lifecycle, Leg.EXIT, now):
        return Wait()
    return Exit(lifecycle.position.size, _exit_sentence(plan, why), _was_too_small(lifecycle))


def _was_too_small(lifecycle: Lifecycle) -> bool:
    """Whether the venue did not take the latest exit at market, because it was worth too little."""
    exits = lifecycle.orders_of(Leg.EXIT)
    return bool(exits) and exits[-1].cause is RefusalCause.MINIMUM_NOTIONAL


def _is_behind(lifecycle: Lifecycle, now: datetime) -> bool:
    """An order is over, but its trades are not all booked: the position is not yet known."""
    return bool(lifecycle.awaiting_trades(now))


def _exit_sentence(plan: Plan, why: ExitReason) -> str:
    return {
        ExitReason.TIME: f"held for its longest time, {plan.max_hold}",
        ExitReason.CANCELLED: "cancelled, and asked to close the position",
        ExitReason.GIVEN_BACK: "what its exits have taken from other plans is given back",
        ExitReason.UNPROTECTED: "the venue does not take its stop or target",
    }[why]


def _step_when_flat(lifecycle: Lifecycle, plan: Plan, now: datetime) -> Step:
    withdrawn = _entry_to_cancel(lifecycle, plan, now)
    if withdrawn is not None:
        return withdrawn
    if lifecycle.working(Leg.ENTRY) or _is_behind(lifecycle, now):
        return Wait()
    leftovers = _cancellable(lifecycle.working(*PROTECTIVE, Leg.EXIT))
    if leftovers:
        return Cancel(leftovers, "the position is closed")
    if lifecycle.unsettled():
        return Wait()
    return Record(ending(lifecycle, plan, now))


def _entry_to_cancel(lifecycle: Lifecycle, plan: Plan, now: datetime) -> Cancel | None:
    entries = _cancellable(lifecycle.working(Leg.ENTRY))
    if not entries:
        return None
    if lifecycle.cancel is not None:
        return Cancel(entries, f"cancelled by {lifecycle.cancel.requested_by}")
    if now >= plan.valid_until:
        return Cancel(entries, f"valid until {plan.valid_until.isoformat()}")
    if any(order.fills for order in lifecycle.orders_of(*PROTECTIVE)):
        return Cancel(entries, "its stop or target has traded: the plan is on its way out")
    return None


def _cancellable(orders: tuple[Order, ...]) -> tuple[Order, ...]:
    states = (OrderState.OPEN, OrderState.TRIGGERED, OrderState.UNRECOGNISED)
    return tuple(order for order in orders if order.state in states and not order.cancel_sent)
