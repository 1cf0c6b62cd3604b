"""The entry of a triggered plan: size it, control it, or say why not."""

from datetime import datetime
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import PlanCancelled, PlanExpired
from trader.lifecycle.stage import Leg
from trader.orders.draft import OrderDraft
from trader.orders.rearming import is_told, next_wait
from trader.orders.sizing import entry_size
from trader.plans.plan import Direction, LimitEntry, MarketEntry, Plan
from trader.risk.controls import EntryCheck, denial
from trader.risk.entry_facts import EntryFacts
from trader.risk.events import EntryDenied
from trader.venues.instrument import Side
from trader.venues.limit_prices import marketable_price
from trader.venues.orders import TimeInForce
from trader.venues.quote import Quote
from trader.venues.venue import VenueUnavailable

Refused = PlanExpired | PlanCancelled | EntryDenied


def decide_entry(
    lifecycle: Lifecycle, plan: Plan, quote: Quote, facts: EntryFacts
) -> OrderDraft | Refused:
    """The entry order of a triggered plan, or the event that says why there is none.

    Raises VenueUnavailable when the quote has no mid.
    """
    ended = end_before_entry(lifecycle, plan, facts.decided_at)
    if ended is not None:
        return ended
    mid = _mid_of(quote)
    draft = _draft(plan, quote, mid, facts)
    check = EntryCheck(
        plan=plan,
        quote=quote,
        mid=mid,
        instrument=facts.instrument,
        size=draft.size,
        limit_price=draft.limit_price,
        side=draft.side,
        triggered_at=lifecycle.triggered_at,
        opposing=facts.opposing,
        requests_left=facts.requests_left,
    )
    denied = denial(check, facts.limits, facts.decided_at)
    return draft if denied is None else _denied(denied, lifecycle, quote, facts)


def _denied(
    denial: EntryDenied, lifecycle: Lifecycle, quote: Quote, facts: EntryFacts
) -> EntryDenied:
    """The denial with what it was decided upon, and how long it holds when it passes."""
    decided: dict[str, object] = {"quote": quote, "facts": facts}
    if not denial.is_final:
        is_repeated = is_told(lifecycle, denial.control)
        decided |= {"wait": next_wait(lifecycle), "is_repeated": is_repeated}
    return denial.model_copy(update=decided)


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


def entry_sentence(draft: OrderDraft) -> str:
    """The order in words."""
    return f"{draft.side} {draft.size} {draft.symbol} at {draft.limit_price}"


def _mid_of(quote: Quote) -> Decimal:
    if quote.mid is None:
        raise VenueUnavailable(f"{quote.symbol} has no mid: one side of its book is empty")
    return quote.mid


def _draft(plan: Plan, quote: Quote, mid: Decimal, facts: EntryFacts) -> OrderDraft:
    side, instrument = entry_side(plan.direction), facts.instrument
    match plan.order:
        case MarketEntry(max_slippage_bps=slippage):
            price = marketable_price(instrument, quote, side, slippage)
            reference, force = mid, TimeInForce.IOC
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
