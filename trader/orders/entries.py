"""Decides the entries of triggered plans on what the venue and the journal say now."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

import structlog

from trader.clock import Clock
from trader.errors import Permanent
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.orders.draft import OrderDraft
from trader.orders.entry import Refused, decide_entry, entry_sentence
from trader.orders.sender import Placement
from trader.orders.sizing import needs_equity
from trader.plans.plan import Plan
from trader.risk.controls import unlisted
from trader.risk.entry_facts import EntryFacts
from trader.risk.limits import RiskLimits
from trader.strands.store import StrandStore
from trader.venues.orders import TimeInForce
from trader.venues.quote import Quote
from trader.venues.venue import Venue, VenueUnavailable

log = structlog.get_logger()
T = TypeVar("T")

ORDERS_PER_ACTION = 40
"""The venue weighs an action by its orders in steps of 40."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A plan that gets no order, and the event that says why, with its time."""

    lifecycle: Lifecycle
    event: Refused
    at: datetime


@dataclass(frozen=True, slots=True)
class DecidedEntries:
    """The orders to send, and the plans that get none."""

    placements: list[Placement] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def groups(self) -> Iterator[list[Placement]]:
        """The placements that may go out as one action each."""
        for is_post_only in (True, False):
            alike = [p for p in self.placements if _is_post_only(p) is is_post_only]
            for start in range(0, len(alike), ORDERS_PER_ACTION):
                yield alike[start : start + ORDERS_PER_ACTION]

    def singles(self) -> Iterator[list[Placement]]:
        """The placements, each to go out on its own."""
        return ([placement] for placement in self.placements)


@dataclass
class _AtHand:
    """What the venue says, asked once for decisions that are made together.

    When a request has failed, no other is made: each might take as long to fail.
    """

    venue: Venue
    quotes: dict[str, Quote] = field(default_factory=dict)
    failure: VenueUnavailable | None = None

    def quote(self, symbol: str) -> Quote:
        """Raises VenueUnavailable, and Permanent for a symbol that is not listed."""
        if symbol not in self.quotes:
            self.quotes[symbol] = self._ask(lambda: self.venue.quote(symbol))
        return self.quotes[symbol]

    @cached_property
    def equity(self) -> Decimal:
        """The account's, in US dollars. Raises VenueUnavailable."""
        return self._ask(lambda: self.venue.account().equity)

    def _ask(self, ask: Callable[[], T]) -> T:
        if self.failure is not None:
            raise self.failure
        try:
            return ask()
        except VenueUnavailable as failure:
            self.failure = failure
            raise


@dataclass(frozen=True, slots=True)
class Entries:
    """Decides entries at one venue, whose plans are all in this store."""

    store: StrandStore
    venue: Venue
    limits: RiskLimits
    clock: Clock

    def decide(self, lifecycle: Lifecycle) -> Placement | Refusal:
        """The decision for this triggered plan.

        Raises VenueUnavailable, and Permanent when the venue lists the symbol no more.
        """
        return self._decide(lifecycle, _AtHand(self.venue), ())

    def decide_together(self, lifecycles: Sequence[Lifecycle]) -> DecidedEntries:
        """A decision for each of these triggered plans, the earlier ones counting as placed.

        One that cannot be decided is left out, loudly: the next sweep tries it again.
        """
        decided, at_hand = DecidedEntries(), _AtHand(self.venue)
        for lifecycle in lifecycles:
            try:
                decision = self._decide(lifecycle, at_hand, decided.placements)
            except (VenueUnavailable, Permanent) as error:
                log.warning(
                    "no entry can be decided",
                    lifecycle_id=lifecycle.lifecycle_id,
                    error=type(error).__name__,
                    why=str(error),
                )
                continue
            if isinstance(decision, Placement):
                decided.placements.append(decision)
            else:
                decided.refusals.append(decision)
        return decided

    def _decide(
        self, lifecycle: Lifecycle, at_hand: _AtHand, beside: Sequence[Placement]
    ) -> Placement | Refusal:
        plan = plan_of(lifecycle)
        instrument = self.venue.instruments().get(plan.symbol)
        if instrument is None or instrument.is_delisted:
            return Refusal(lifecycle, unlisted(plan), self.clock())
        quote = at_hand.quote(plan.symbol)
        facts = EntryFacts(
            instrument=instrument,
            limits=self.limits,
            equity=at_hand.equity if needs_equity(plan) else None,
            opposing=self._opposing(plan) or _opposing_beside(plan, beside),
            requests_left=self.venue.requests_left(),
            decided_at=self.clock(),
        )
        decision = decide_entry(lifecycle, plan, quote, facts)
        if isinstance(decision, OrderDraft):
            return Placement(lifecycle, [decision], entry_sentence(decision), quote, facts=facts)
        return Refusal(lifecycle, decision, facts.decided_at)

    def _opposing(self, plan: Plan) -> str | None:
        """A plan that holds, or may come to hold, the other side of the symbol."""
        rows = self.store.lifecycles(
            symbol=plan.symbol, has_exposure=True, direction=plan.direction.opposite, limit=1
        )
        return rows[0].lifecycle_id if rows else None


def _opposing_beside(plan: Plan, placements: Sequence[Placement]) -> str | None:
    """A plan of the same batch that takes the other side of the symbol."""
    for placement in placements:
        other = plan_of(placement.lifecycle)
        if other.symbol == plan.symbol and other.direction is not plan.direction:
            return placement.lifecycle.lifecycle_id
    return None


def _is_post_only(placement: Placement) -> bool:
    return all(draft.time_in_force is TimeInForce.POST_ONLY for draft in placement.drafts)
