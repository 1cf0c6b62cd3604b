"""The seed's OrderManager: a plan's orders from its trigger until nothing works any more."""

from dataclasses import dataclass
from datetime import timedelta

from trader.clock import Clock
from trader.errors import Retryable
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import plan_of
from trader.lifecycle.stage import Stage
from trader.market.quote import Quote
from trader.orders.draft import OrderDraft
from trader.orders.entry import decide_entry, entry_sentence, opposing_of
from trader.orders.monitoring import judge_entry
from trader.orders.sender import Sender
from trader.orders.sizing import needs_equity
from trader.orders.tracker import Tracker
from trader.plans.plan import Plan
from trader.risk.controls import unlisted
from trader.risk.entry_facts import EntryFacts
from trader.risk.limits import RiskLimits
from trader.strands.store import StrandStore
from trader.venues.instrument import Instrument
from trader.venues.venue import Venue


class StillInDoubt(Retryable):
    """An order may or may not be at the venue, and there is no proof yet."""


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
    tracker: Tracker
    limits: RiskLimits
    clock: Clock

    def monitor_entry_conditions(self, lifecycle_id: str, quote: Quote | None) -> Stage:
        """Judge a waiting plan's entry condition on this quote; the stage afterwards."""
        lifecycle = self.journal.load(lifecycle_id)
        if lifecycle.stage is not Stage.MONITOR:
            return lifecycle.stage
        now = self.clock()
        events = judge_entry(lifecycle, plan_of(lifecycle), quote, now, self.limits.max_price_age)
        return self.journal.append(lifecycle, events, now).stage

    def place_order_when_ready(self, lifecycle_id: str) -> Stage:
        """Size, control and send the entry of a triggered plan; the stage afterwards."""
        lifecycle = self.journal.load(lifecycle_id)
        if lifecycle.stage is not Stage.PLACE:
            return lifecycle.stage
        plan = plan_of(lifecycle)
        instrument = self.venue.instruments().get(plan.symbol)
        if instrument is None or instrument.is_delisted:
            return self.journal.append(lifecycle, (unlisted(plan),), self.clock()).stage
        quote = self.venue.quote(plan.symbol)
        facts = self._entry_facts(plan, instrument, lifecycle_id)
        now = self.clock()
        decision = decide_entry(lifecycle, plan, quote, facts, now)
        if isinstance(decision, OrderDraft):
            reason = entry_sentence(decision)
            return self.sender.place(lifecycle, [decision], reason, quote, facts=facts).stage
        return self.journal.append(lifecycle, (decision,), now).stage

    def track_order_lifecycle(self, lifecycle_id: str) -> Stage:
        """Bring a plan up to what the venue knows, and do what it needs; the stage afterwards.

        Raises StillInDoubt when the fate of an order is not known yet: call again soon.
        """
        lifecycle = self.journal.load(lifecycle_id)
        if lifecycle.stage is not Stage.TRACK:
            return lifecycle.stage
        tracked = self.tracker.track(lifecycle)
        if tracked.unanswered:
            raise StillInDoubt(f"no proof yet of {', '.join(sorted(tracked.unanswered))}")
        return tracked.stage

    def _entry_facts(self, plan: Plan, instrument: Instrument, lifecycle_id: str) -> EntryFacts:
        rows = self.store.lifecycles(symbol=plan.symbol, has_exposure=True)
        return EntryFacts(
            instrument=instrument,
            limits=self.limits,
            equity=self.venue.account().equity if needs_equity(plan) else None,
            opposing=opposing_of(plan, [row for row in rows if row.lifecycle_id != lifecycle_id]),
            requests_left=self.venue.requests_left(),
        )


def grace_of(venue_timeout: timedelta) -> timedelta:
    """How long after an intent its first sender may still be waiting for the answer."""
    return venue_timeout + timedelta(seconds=1)
