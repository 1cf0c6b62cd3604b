"""The seed's OrderManager: a plan's orders from its trigger until nothing works any more."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from trader.clock import Clock
from trader.lifecycle.event import Event
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.market.quote import Quote
from trader.orders.draft import OrderDraft
from trader.orders.entry import EntryFacts, decide_entry, entry_side
from trader.orders.following import VenueFacts, follow, wants_fills
from trader.orders.monitoring import judge_entry
from trader.orders.resolver import CLOCK_TOLERANCE, Resolver
from trader.orders.sender import Sender
from trader.orders.sizing import needs_equity
from trader.orders.step import (
    Cancel,
    Exit,
    Place,
    Record,
    Step,
    Wait,
    lost_position_suspected,
    next_step,
)
from trader.plans.plan import Plan
from trader.risk.controls import unlisted
from trader.risk.limits import RiskLimits
from trader.strands.store import StrandStore
from trader.venues.instrument import Instrument
from trader.venues.limit_prices import marketable_price
from trader.venues.orders import OrderReport, TimeInForce
from trader.venues.venue import Venue, VenueUnavailable

EXIT_SLIPPAGE_BPS = Decimal(500)
"""How far a market exit may trade beyond the mid: leaving matters more than the price."""

MAX_STEPS = 12
"""How many steps one call may take for a plan; a sweep goes on from there."""


@dataclass(frozen=True, slots=True)
class OrderManager:
    """Places and follows the orders of plans. Every method may be called twice, by anybody:

    each loads the lifecycle, does nothing when the stage is not its own, and loses the
    compare-and-set (SequenceConflict) when another worker was first.
    """

    store: StrandStore
    journal: Journal
    venue: Venue
    sender: Sender
    resolver: Resolver
    limits: RiskLimits
    clock: Clock

    def monitor_entry_conditions(self, lifecycle_id: str, quote: Quote | None) -> Stage:
        """Judge a waiting plan's entry condition on this quote; the stage afterwards."""
        lifecycle = self.journal.load(lifecycle_id)
        if lifecycle.stage is not Stage.MONITOR:
            return lifecycle.stage
        plan = plan_of(lifecycle)
        events = judge_entry(lifecycle, plan, quote, self.clock(), self.limits.max_price_age)
        return self.journal.append(lifecycle, events, self.clock()).stage

    def place_order_when_ready(self, lifecycle_id: str) -> Stage:
        """Size, control and send the entry of a triggered plan; the stage afterwards."""
        lifecycle = self.journal.load(lifecycle_id)
        if lifecycle.stage is not Stage.PLACE:
            return lifecycle.stage
        plan = plan_of(lifecycle)
        instrument = self.venue.instruments().get(plan.symbol)
        if instrument is None or instrument.is_delisted:
            return self.journal.append(lifecycle, (unlisted(plan),), self.clock()).stage
        facts = self._entry_facts(plan, instrument, lifecycle_id)
        decision = decide_entry(lifecycle, plan, facts, self.limits, self.clock())
        if isinstance(decision, OrderDraft):
            reason = f"{decision.side} {decision.size} {plan.symbol} at {decision.limit_price}"
            return self.sender.place(lifecycle, [decision], reason, facts.quote).stage
        return self.journal.append(lifecycle, (decision,), self.clock()).stage

    def track_order_lifecycle(self, lifecycle_id: str) -> Stage:
        """Bring a plan up to what the venue knows, and do what it needs; the stage afterwards."""
        lifecycle = self.journal.load(lifecycle_id)
        placed: set[Leg] = set()
        for _ in range(MAX_STEPS):
            if lifecycle.stage is not Stage.TRACK:
                break
            lifecycle = self._catch_up(lifecycle)
            step = self._next_step(lifecycle)
            legs = _legs_of(step)
            if isinstance(step, Wait) or legs & placed:
                break
            placed |= legs
            lifecycle = self._perform(lifecycle, step)
        return lifecycle.stage

    def _entry_facts(self, plan: Plan, instrument: Instrument, lifecycle_id: str) -> EntryFacts:
        quote = self.venue.quote(plan.symbol)
        if quote.mid is None:
            raise VenueUnavailable(f"{plan.symbol} has no mid: one side of its book is empty")
        rows = self.store.lifecycles(symbol=plan.symbol, has_exposure=True)
        return EntryFacts(
            quote=quote,
            mid=quote.mid,
            instrument=instrument,
            equity=self.venue.account().equity if needs_equity(plan) else None,
            exposed=[row for row in rows if row.lifecycle_id != lifecycle_id],
        )

    def _catch_up(self, lifecycle: Lifecycle) -> Lifecycle:
        resolved = self.resolver.resolve(lifecycle)
        lifecycle = self.journal.append(lifecycle, resolved, self.clock())
        facts = self._observe(lifecycle)
        return self.journal.append(lifecycle, follow(lifecycle, facts, self.clock()), self.clock())

    def _observe(self, lifecycle: Lifecycle) -> VenueFacts:
        """Ask the venue of what may have changed: orders first, then trades."""
        reports = self._reports(lifecycle)
        if not wants_fills(lifecycle, reports):
            return VenueFacts(reports)
        since = min(lifecycle.intents[o.intent_id].intended_at for o in lifecycle.unsettled())
        return VenueFacts(reports, self.venue.fills(since - CLOCK_TOLERANCE))

    def _reports(self, lifecycle: Lifecycle) -> dict[str, OrderReport]:
        asked = [order for order in lifecycle.unsettled() if _is_asked(order)]
        reports = {order.cloid: self.venue.order(order.cloid) for order in asked}
        return {cloid: report for cloid, report in reports.items() if report is not None}

    def _next_step(self, lifecycle: Lifecycle) -> Step:
        plan = plan_of(lifecycle)
        net_size = self._net_size(plan) if lost_position_suspected(lifecycle) else None
        return next_step(lifecycle, plan, self._instrument(plan), net_size, self.clock())

    def _net_size(self, plan: Plan) -> Decimal:
        held = [p.size for p in self.venue.account().positions if p.symbol == plan.symbol]
        return held[0] if held else Decimal(0)

    def _instrument(self, plan: Plan) -> Instrument:
        return self.venue.instruments()[plan.symbol]

    def _perform(self, lifecycle: Lifecycle, step: Step) -> Lifecycle:
        match step:
            case Place(drafts=drafts, reason=reason):
                return self.sender.place(lifecycle, drafts, reason)
            case Cancel(orders=orders, reason=reason):
                return self.sender.cancel(lifecycle, orders, reason)
            case Exit(size=size, reason=reason):
                return self._exit(lifecycle, size, reason)
            case Record(event=event):
                events: tuple[Event, ...] = (event,)
                return self.journal.append(lifecycle, events, self.clock())
            case Wait():
                return lifecycle

    def _exit(self, lifecycle: Lifecycle, size: Decimal, reason: str) -> Lifecycle:
        plan = plan_of(lifecycle)
        quote = self.venue.quote(plan.symbol)
        instrument = self._instrument(plan)
        side = entry_side(plan.direction).opposite
        draft = OrderDraft(
            leg=Leg.EXIT,
            symbol=plan.symbol,
            side=side,
            size=size,
            limit_price=marketable_price(instrument, quote, side, EXIT_SLIPPAGE_BPS),
            time_in_force=TimeInForce.IOC,
            reduce_only=True,
        )
        return self.sender.place(lifecycle, [draft], reason, quote)


def plan_of(lifecycle: Lifecycle) -> Plan:
    """The plan of a lifecycle that was accepted."""
    if lifecycle.plan is None:
        raise ValueError(f"lifecycle {lifecycle.lifecycle_id} was refused: it has no plan")
    return lifecycle.plan


def grace_of(venue_timeout: timedelta) -> timedelta:
    """How long after an intent its first sender may still be waiting for the answer."""
    return venue_timeout + timedelta(seconds=1)


def _is_asked(order: Order) -> bool:
    """An order in doubt is the resolver's; one that is over has no news but its trades."""
    in_doubt = order.state in (OrderState.PENDING, OrderState.UNKNOWN)
    return not in_doubt and not order.state.is_over


def _legs_of(step: Step) -> set[Leg]:
    match step:
        case Place(drafts=drafts):
            return {draft.leg for draft in drafts}
        case Exit():
            return {Leg.EXIT}
        case _:
            return set()
