"""Follows one plan from its first order until it is flat and nothing works."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from trader.clock import Clock
from trader.errors import Permanent, TraderError
from trader.lifecycle.event import Event
from trader.lifecycle.fold import apply_all
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.stage import Leg, Stage
from trader.market.quote import Quote
from trader.orders.alarms import unprotected_alarm
from trader.orders.draft import OrderDraft
from trader.orders.entry import entry_side
from trader.orders.following import follow
from trader.orders.holdings import Holdings
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
from trader.venues.instrument import Instrument, Side
from trader.venues.limit_prices import marketable_price
from trader.venues.orders import TimeInForce
from trader.venues.venue import Venue

EXIT_SLIPPAGE_BPS = Decimal(500)
"""How far a market exit may trade beyond the mid: leaving matters more than the price."""

MAX_STEPS = 12
"""How many steps one call may take for a plan; a sweep goes on from there."""


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

        What was found is written also when nothing can be decided on it.
        """
        lifecycle = self._resolve(lifecycle)
        news = self._look(lifecycle)
        done: list[Step] = []
        while len(done) < MAX_STEPS:
            ahead = apply_all(lifecycle, news, self.clock())
            try:
                step = self._next_step(ahead)
            except TraderError:
                self.journal.append(lifecycle, news, self.clock())
                raise
            if isinstance(step, Wait) or _is_in_vain(ahead, step, done):
                break
            done.append(step)
            if isinstance(step, Record):
                news = (*news, step.event)
                continue
            before = lifecycle.orders.keys()
            lifecycle = self._resolve(self._act(lifecycle, step, news))
            placed = lifecycle.orders.keys() - before
            news = self._look(lifecycle, placed)
        return self.journal.append(lifecycle, news, self.clock())

    def _look(self, lifecycle: Lifecycle, answered: Set[str] = frozenset()) -> tuple[Event, ...]:
        facts, now = self.observer.look(lifecycle, self.clock(), answered), self.clock()
        news = follow(lifecycle, facts, now)
        alarm = unprotected_alarm(apply_all(lifecycle, news, now), now)
        return news if alarm is None else (*news, alarm)

    def _resolve(self, lifecycle: Lifecycle) -> Lifecycle:
        """What ends a doubt is written at once: an answer cannot be asked for again."""
        lifecycle = self.journal.append(lifecycle, self.resolver.doubts(lifecycle), self.clock())
        return self.journal.append(lifecycle, self.resolver.resolve(lifecycle), self.clock())

    def _next_step(self, lifecycle: Lifecycle) -> Step:
        if lifecycle.stage is not Stage.TRACK:
            return Wait()
        plan = plan_of(lifecycle)
        now = self.clock()
        is_suspected = lost_position_suspected(lifecycle, now)
        net_size = self.holdings.net_size(lifecycle) if is_suspected else None
        instrument = self._instrument(plan)
        return next_step(lifecycle, plan, instrument, net_size, now)

    def _instrument(self, plan: Plan) -> Instrument:
        instrument = self.venue.instruments().get(plan.symbol)
        if instrument is None:
            raise SymbolGone(
                f"{self.venue.name} does not list {plan.symbol} any more: what plan {plan.plan_id} "
                "holds of it can only be looked into by people"
            )
        return instrument

    def _act(self, lifecycle: Lifecycle, step: Step, news: Sequence[Event]) -> Lifecycle:
        match step:
            case Place(drafts=drafts, reason=reason):
                return self.sender.place(Placement(lifecycle, drafts, reason, news=news))
            case Cancel(orders=orders, reason=reason, net_size=net_size):
                return self.sender.cancel(lifecycle, orders, reason, news, net_size)
            case Exit(size=size, reason=reason):
                return self._exit(lifecycle, size, reason, news)
            case Record() | Wait():
                return lifecycle

    def _exit(
        self, lifecycle: Lifecycle, size: Decimal, reason: str, news: Sequence[Event]
    ) -> Lifecycle:
        plan = plan_of(lifecycle)
        quote = self.venue.quote(plan.symbol)
        instrument = self._instrument(plan)
        draft = exit_draft(plan, instrument, quote, size)
        return self.sender.place(Placement(lifecycle, [draft], reason, quote, news))


def exit_draft(plan: Plan, instrument: Instrument, quote: Quote, held: Decimal) -> OrderDraft:
    """The order that closes what the plan holds (signed) at market. Pure.

    A plan that holds the other side of its direction has taken it from other plans. It gives it
    back without reduce-only: the account's position grows by that.
    """
    side = Side.SELL if held > 0 else Side.BUY
    # A book with one empty side has no mid: its other side must do to leave by.
    reference = quote.model_copy(update={"mid": quote.mid or quote.bid or quote.ask})
    return OrderDraft(
        leg=Leg.EXIT,
        symbol=plan.symbol,
        side=side,
        size=abs(held),
        limit_price=marketable_price(instrument, reference, side, EXIT_SLIPPAGE_BPS),
        time_in_force=TimeInForce.IOC,
        reduce_only=side is entry_side(plan.direction).opposite,
    )


def _is_in_vain(lifecycle: Lifecycle, step: Step, done: Sequence[Step]) -> bool:
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


def _legs_of(step: Step) -> set[Leg]:
    match step:
        case Place(drafts=drafts):
            return {draft.leg for draft in drafts}
        case Exit():
            return {Leg.EXIT}
        case _:
            return set()
