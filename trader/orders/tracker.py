"""Follows one plan from its first order until it is flat and nothing works."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from trader.clock import Clock
from trader.errors import Permanent, TraderError
from trader.lifecycle.fold import apply_all
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.position_events import HeldByPlan
from trader.lifecycle.stage import Leg, Stage
from trader.orders.alarms import unprotected_alarm
from trader.orders.exits import exit_draft
from trader.orders.following import follow, position_changed
from trader.orders.holdings import Beside, Holding, Holdings
from trader.orders.netting import books_of, netted
from trader.orders.observation import Observer
from trader.orders.resolver import Resolver
from trader.orders.sender import Placement, Sender
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
from trader.strands.store import SequenceConflict
from trader.streams.event import Event
from trader.venues.instrument import Instrument
from trader.venues.venue import Venue, VenueUnavailable

MAX_STEPS = 12
"""How many steps one call may take for a plan; a sweep goes on from there."""


@dataclass(frozen=True, slots=True)
class Net:
    """Close the position against opposite plans of the account."""

    holding: Holding


Move: TypeAlias = Step | Net


class SymbolGone(Permanent):
    """The venue does not list a symbol any more that a plan has orders of."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """Tracks plans at one venue.

    What is found and decided is written together with the next intent, or at the end: until
    then it can be found and decided again.
    """

    journal: Journal
    venue: Venue
    sender: Sender
    resolver: Resolver
    observer: Observer
    holdings: Holdings
    clock: Clock

    def track(self, lifecycle: Lifecycle) -> Lifecycle:
        """Do all that can be done now; the lifecycle afterwards. Raises SequenceConflict.

        What was found is written also when nothing can be decided on it, or done about it.
        """
        lifecycle = self._resolve(lifecycle)
        news = self._look(lifecycle)
        done: list[Move] = []
        while len(done) < MAX_STEPS:
            with self._kept(lifecycle, news):
                now = self.clock()
                ahead = apply_all(lifecycle, news, now)
                step = self._next_step(ahead, now)
                if isinstance(step, Wait) or _is_in_vain(ahead, step, done):
                    break
                done.append(step)
                if isinstance(step, Record):
                    news = (*news, step.event)
                    continue
                acted = self._act(lifecycle, step, news, now)
            placed = acted.orders.keys() - lifecycle.orders.keys()
            lifecycle = self._resolve(acted)
            news = self._look(lifecycle, placed)
        return self.journal.append(lifecycle, news, self.clock())

    @contextmanager
    def _kept(self, lifecycle: Lifecycle, news: Sequence[Event]) -> Iterator[None]:
        """Write what was found when the step that it led to fails; the failure goes on.

        Where the plan has moved on, whoever was first has found it, or will.
        """
        try:
            yield
        except TraderError:
            with suppress(SequenceConflict):
                self.journal.append(lifecycle, news, self.clock())
            raise

    def _look(self, lifecycle: Lifecycle, answered: Set[str] = frozenset()) -> tuple[Event, ...]:
        facts, now = self.observer.look(lifecycle, self.clock(), answered), self.clock()
        news = follow(lifecycle, facts, now)
        alarm = unprotected_alarm(apply_all(lifecycle, news, now), now)
        return news if alarm is None else (*news, alarm)

    def _resolve(self, lifecycle: Lifecycle) -> Lifecycle:
        """What ends a doubt is written at once: an answer cannot be asked for again."""
        lifecycle = self.journal.append(lifecycle, self.resolver.doubts(lifecycle), self.clock())
        return self.journal.append(lifecycle, self.resolver.resolve(lifecycle), self.clock())

    def _next_step(self, lifecycle: Lifecycle, now: datetime) -> Move:
        if lifecycle.stage is not Stage.TRACK:
            return Wait()
        plan = plan_of(lifecycle)
        net_size = None
        if lost_position_suspected(lifecycle, now):
            holding = self.holdings.look(lifecycle)
            if holding.beside:
                return Net(holding)
            net_size = holding.net_size
        return next_step(lifecycle, plan, self._instrument(plan), net_size, now)

    def _instrument(self, plan: Plan) -> Instrument:
        instrument = self.venue.instruments().get(plan.symbol)
        if instrument is None:
            raise SymbolGone(
                f"{self.venue.name} does not list {plan.symbol} any more: what plan {plan.plan_id} "
                "holds of it can only be looked into by people"
            )
        return instrument

    def _act(
        self, lifecycle: Lifecycle, step: Move, news: Sequence[Event], now: datetime
    ) -> Lifecycle:
        """Do what was decided now."""
        match step:
            case Place(drafts=drafts, reason=reason):
                placement = Placement(lifecycle, drafts, reason, news=news, decided_at=now)
                return self.sender.place(placement)
            case Cancel(orders=orders, reason=reason, net_size=net_size):
                return self.sender.cancel(lifecycle, orders, reason, news, net_size)
            case Exit():
                return self._exit(lifecycle, step, news, now)
            case Net(holding=holding):
                return self._net(lifecycle, holding, news)
            case Record() | Wait():
                return lifecycle

    def _exit(
        self, lifecycle: Lifecycle, step: Exit, news: Sequence[Event], now: datetime
    ) -> Lifecycle:
        plan = plan_of(lifecycle)
        quote = self.venue.quote(plan.symbol)
        draft = exit_draft(
            plan, self._instrument(plan), quote, step.size, is_rounded_up=step.is_rounded_up
        )
        placement = Placement(lifecycle, [draft], step.reason, quote, news, decided_at=now)
        return self.sender.place(placement)

    def _net(self, lifecycle: Lifecycle, holding: Holding, news: Sequence[Event]) -> Lifecycle:
        """Close the plan and those beside it against each other: for all of them, or for none."""
        symbol, now = plan_of(lifecycle).symbol, self.clock()
        price = self.venue.quote(symbol).reference
        if price is None:
            raise VenueUnavailable(f"{symbol} has no price at which plans could be netted")
        own = Beside(lifecycle, tuple(news), apply_all(lifecycle, news, now))
        involved = (own, *holding.beside)
        books = books_of([plan.ahead for plan in involved])
        changes = [(plan.lifecycle, _netted(plan, books, holding, price, now)) for plan in involved]
        written = self.journal.append_all([(lc, events) for lc, events in changes if events], now)
        after = {moved.lifecycle_id: moved for moved in written}
        return after.get(lifecycle.lifecycle_id, lifecycle)


def _netted(
    plan: Beside,
    books: Sequence[HeldByPlan],
    holding: Holding,
    price: Decimal,
    now: datetime,
) -> tuple[Event, ...]:
    """The netting of one plan, and the position that it leaves; nothing when it keeps all."""
    event = netted(plan.lifecycle.lifecycle_id, books, holding.net_size, price)
    if event is None:
        return ()
    after = apply_all(plan.ahead, (event,), now)
    return *plan.news, event, position_changed(after.position)


def _is_in_vain(lifecycle: Lifecycle, step: Move, done: Sequence[Move]) -> bool:
    """Whether this call tried the step already: a venue that refuses it is left alone for now."""
    match step:
        case Cancel(orders=orders):
            asked = {o.cloid for s in done if isinstance(s, Cancel) for o in s.orders}
            return all(order.cloid in asked for order in orders)
        case Place() | Exit():
            placed = {leg for earlier in done for leg in _legs_of(earlier)}
            again = [lifecycle.orders_of(leg)[-1] for leg in _legs_of(step) & placed]
            return any(order.state.is_over for order in again)
        case _:
            return False


def _legs_of(step: Move) -> set[Leg]:
    match step:
        case Place(drafts=drafts):
            return {draft.leg for draft in drafts}
        case Exit():
            return {Leg.EXIT}
        case _:
            return set()
