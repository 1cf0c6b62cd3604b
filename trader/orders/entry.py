"""The entry of a triggered plan: size it, control it, or say why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import EntryDenied, PlanCancelled, PlanExpired
from trader.lifecycle.stage import Leg
from trader.market.quote import Quote
from trader.orders.draft import OrderDraft
from trader.orders.sizing import entry_size
from trader.plans.plan import Direction, LimitEntry, MarketEntry, Plan
from trader.risk.controls import EntryCheck, denial
from trader.risk.limits import RiskLimits
from trader.strands.strand import LifecycleRow
from trader.venues.instrument import Instrument, Side
from trader.venues.limit_prices import marketable_price
from trader.venues.orders import TimeInForce


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the decision stands on; `equity` only where the size needs it.

    `exposed` are the other plans that hold, or may hold, the same symbol; `requests_left` how
    many more orders the venue grants the account, where that is known.
    """

    quote: Quote
    mid: Decimal
    instrument: Instrument
    equity: Decimal | None
    exposed: Sequence[LifecycleRow]
    requests_left: int | None = None


Refused = PlanExpired | PlanCancelled | EntryDenied


def decide_entry(
    lifecycle: Lifecycle, plan: Plan, facts: EntryFacts, limits: RiskLimits, now: datetime
) -> OrderDraft | Refused:
    """The entry order of a triggered plan, or the event that says why there is none."""
    ended = end_before_entry(lifecycle, plan, now)
    if ended is not None:
        return ended
    draft = _draft(plan, facts)
    check = EntryCheck(
        plan=plan,
        quote=facts.quote,
        mid=facts.mid,
        instrument=facts.instrument,
        size=draft.size,
        limit_price=draft.limit_price,
        side=draft.side,
        triggered_at=lifecycle.triggered_at,
        opposing=_opposing(plan, facts.exposed),
        requests_left=facts.requests_left,
    )
    return denial(check, limits, now) or draft


def end_before_entry(
    lifecycle: Lifecycle, plan: Plan, now: datetime
) -> PlanExpired | PlanCancelled | None:
    """The end of a plan that is cancelled or out of time before its entry, if it is."""
    if lifecycle.cancel is not None:
        by = lifecycle.cancel.requested_by
        return PlanCancelled(requested_by=by, reason=f"cancelled by {by} before any order")
    if now >= plan.valid_until:
        return PlanExpired(
            valid_until=plan.valid_until,
            reason=f"valid until {plan.valid_until.isoformat()}; it is {now.isoformat()}",
        )
    return None


def entry_side(direction: Direction) -> Side:
    """The side that opens a position in this direction."""
    return Side.BUY if direction is Direction.LONG else Side.SELL


def _draft(plan: Plan, facts: EntryFacts) -> OrderDraft:
    side, instrument = entry_side(plan.direction), facts.instrument
    match plan.order:
        case MarketEntry(max_slippage_bps=slippage):
            price = marketable_price(instrument, facts.quote, side, slippage)
            reference, force = facts.mid, TimeInForce.IOC
        case LimitEntry(price=price, post_only=post_only):
            reference, force = price, TimeInForce.POST_ONLY if post_only else TimeInForce.GTC
    return OrderDraft(
        leg=Leg.ENTRY,
        symbol=plan.symbol,
        side=side,
        size=entry_size(plan, reference, facts.equity, instrument),
        limit_price=price,
        time_in_force=force,
    )


def _opposing(plan: Plan, exposed: Sequence[LifecycleRow]) -> str | None:
    other = [row.lifecycle_id for row in exposed if row.direction != plan.direction]
    return other[0] if other else None
