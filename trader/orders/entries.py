"""Decides the entries of triggered plans on what the venue and the journal say now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trader.clock import Clock
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.market.quote import Quote
from trader.orders.draft import OrderDraft
from trader.orders.entry import Refused, decide_entry, entry_sentence
from trader.orders.sender import Placement
from trader.orders.sizing import needs_equity
from trader.plans.plan import Plan
from trader.risk.controls import unlisted
from trader.risk.entry_facts import EntryFacts
from trader.risk.limits import RiskLimits
from trader.strands.store import StrandStore
from trader.venues.instrument import Instrument
from trader.venues.orders import TimeInForce
from trader.venues.venue import Venue

ORDERS_PER_ACTION = 40
"""The venue weighs an action by its orders in steps of 40."""


@dataclass(frozen=True, slots=True)
class DecidedEntries:
    """The orders to send, and the events of those that are not sent, each with its time."""

    placements: list[Placement] = field(default_factory=list)
    refused: list[tuple[Lifecycle, Refused, datetime]] = field(default_factory=list)

    def groups(self) -> Iterator[list[Placement]]:
        """The placements that may go out as one action each."""
        for is_post_only in (True, False):
            alike = [p for p in self.placements if _is_post_only(p) is is_post_only]
            for start in range(0, len(alike), ORDERS_PER_ACTION):
                yield alike[start : start + ORDERS_PER_ACTION]


@dataclass(frozen=True, slots=True)
class Entries:
    """Asks for what an entry is decided upon. All calls raise VenueUnavailable."""

    store: StrandStore
    venue: Venue
    limits: RiskLimits
    clock: Clock

    def decide(self, lifecycles: Sequence[Lifecycle]) -> DecidedEntries:
        """One decision for each of these triggered plans, the earlier ones counting as placed."""
        decided = DecidedEntries()
        quotes: dict[str, Quote] = {}
        for lifecycle in lifecycles:
            self._decide(lifecycle, quotes, decided)
        return decided

    def _decide(
        self, lifecycle: Lifecycle, quotes: dict[str, Quote], decided: DecidedEntries
    ) -> None:
        plan = plan_of(lifecycle)
        instrument = self.venue.instruments().get(plan.symbol)
        if instrument is None or instrument.is_delisted:
            decided.refused.append((lifecycle, unlisted(plan), self.clock()))
            return
        if plan.symbol not in quotes:
            quotes[plan.symbol] = self.venue.quote(plan.symbol)
        quote = quotes[plan.symbol]
        facts = self._facts(plan, instrument, decided.placements)
        decision = decide_entry(lifecycle, plan, quote, facts)
        if isinstance(decision, OrderDraft):
            reason = entry_sentence(decision)
            decided.placements.append(Placement(lifecycle, [decision], reason, quote, facts=facts))
        else:
            decided.refused.append((lifecycle, decision, facts.decided_at))

    def _opposing(self, plan: Plan) -> str | None:
        """A plan that holds, or may come to hold, the other side of the symbol."""
        rows = self.store.lifecycles(
            symbol=plan.symbol, has_exposure=True, direction=plan.direction.opposite, limit=1
        )
        return rows[0].lifecycle_id if rows else None

    def _facts(
        self, plan: Plan, instrument: Instrument, placements: Sequence[Placement]
    ) -> EntryFacts:
        equity = self.venue.account().equity if needs_equity(plan) else None
        opposing = self._opposing(plan) or _opposing_beside(plan, placements)
        return EntryFacts(
            instrument=instrument,
            limits=self.limits,
            equity=equity,
            opposing=opposing,
            requests_left=self.venue.requests_left(),
            decided_at=self.clock(),
        )


def _opposing_beside(plan: Plan, placements: Sequence[Placement]) -> str | None:
    """A plan of the same batch that takes the other side of the symbol."""
    for placement in placements:
        other = plan_of(placement.lifecycle)
        if other.symbol == plan.symbol and other.direction is not plan.direction:
            return placement.lifecycle.lifecycle_id
    return None


def _is_post_only(placement: Placement) -> bool:
    return all(draft.time_in_force is TimeInForce.POST_ONLY for draft in placement.drafts)
