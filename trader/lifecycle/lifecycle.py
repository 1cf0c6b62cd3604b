"""A plan's state: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from trader.lifecycle.analysis_events import PlanAnalyzed
from trader.lifecycle.order import DOUBTFUL, ZERO, Order, remaining_of
from trader.lifecycle.order_events import OrdersIntended
from trader.lifecycle.plan_events import CancelRequested, EntryTriggered, label_of
from trader.lifecycle.stage import ExitReason, Leg, Outcome, Stage
from trader.lifecycle.unprotected import Unprotected
from trader.plans.plan import Plan
from trader.positions.position import Netting, Position, position_of
from trader.streams.event import Event, Label
from trader.venues.orders import Fill


@dataclass(frozen=True)
class Lifecycle:
    """Everything that a plan's strands say, as of strand `seq`.

    `unprotected` is when it last held something without a confirmed stop, if that is still so or
    nobody was told. `rearmings` counts by cause how often it was kept from its entry by what
    passes; until `held_until` it does not try again.
    """

    lifecycle_id: str
    seq: int
    stage: Stage
    created_at: datetime
    updated_at: datetime
    last_strand_id: str
    plan: Plan | None = None
    plan_id: str | None = None
    source_id: str | None = None
    approved_at: datetime | None = None
    outcome: Outcome | None = None
    armed: frozenset[str] = frozenset()
    trigger: EntryTriggered | None = None
    triggered_at: datetime | None = None
    rearmings: Mapping[str, int] = field(default_factory=dict)
    held_until: datetime | None = None
    cancel: CancelRequested | None = None
    exit_reason: ExitReason | None = None
    intents: Mapping[str, OrdersIntended] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    used_nonces: Mapping[str, datetime] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    nettings: tuple[Netting, ...] = ()
    unprotected: Unprotected | None = None
    analysis: PlanAnalyzed | None = None
    history: tuple[tuple[datetime, Event], ...] = ()

    @cached_property
    def fills(self) -> tuple[Fill, ...]:
        """All booked trades, in the order of their times."""
        fills = [fill for order in self.orders.values() for fill in order.fills]
        return tuple(sorted(fills, key=lambda fill: (fill.traded_at, fill.trade_id)))

    @cached_property
    def position(self) -> Position:
        """What those trades add up to, less what was closed against other plans."""
        return position_of(self.fills, self.nettings)

    @property
    def label(self) -> Label:
        """What the plan is about."""
        return Label() if self.plan is None else label_of(self.plan)

    @property
    def has_exposure(self) -> bool:
        """Whether the plan holds, or may come to hold, something at the venue."""
        return self.stage is Stage.TRACK

    def orders_of(self, *legs: Leg) -> tuple[Order, ...]:
        """The orders of these legs, oldest first."""
        return tuple(order for order in self.orders.values() if order.leg in legs)

    def working(self, *legs: Leg) -> tuple[Order, ...]:
        """The orders of these legs that may still trade."""
        return tuple(order for order in self.orders_of(*legs) if not order.state.is_over)

    def unsettled(self) -> tuple[Order, ...]:
        """The orders of which the venue may still tell something new."""
        return tuple(order for order in self.orders.values() if not order.is_settled)

    def awaiting_trades(self, now: datetime) -> tuple[Order, ...]:
        """The orders that are over, but whose trades may not all be booked."""
        return tuple(order for order in self.orders.values() if order.awaits_trades(now))

    def attempts(self, leg: Leg) -> int:
        """How many orders of this leg were intended so far."""
        return len(self.orders_of(leg))

    @property
    def held(self) -> Decimal:
        """What it holds in the direction of its plan, base units; below 0, what it owes others."""
        return ZERO if self.plan is None else self.position.size * self.plan.direction.sign

    @property
    def holds(self) -> bool:
        """Whether it holds something on the side that its plan wants."""
        return self.held > 0

    @property
    def owes(self) -> bool:
        """Whether its exits have traded more than its entry, which it will give back."""
        return self.held < 0

    @property
    def is_bare(self) -> bool:
        """Whether it wants a stop, and confirmed ones do not cover what it holds."""
        if self.plan is None or self.plan.stop_loss is None or not self.orders:
            return False
        stops = (order for order in self.orders_of(Leg.STOP) if order.is_confirmed)
        return self.held > remaining_of(stops)

    def doubtful(self, intent_id: str) -> tuple[str, ...]:
        """The cloids of the intent's orders that may or may not be at the venue."""
        return tuple(
            order.cloid
            for order in self.orders.values()
            if order.intent_id == intent_id and order.state in DOUBTFUL
        )


def plan_of(lifecycle: Lifecycle) -> Plan:
    """The plan of a lifecycle that was accepted."""
    if lifecycle.plan is None:
        raise ValueError(f"lifecycle {lifecycle.lifecycle_id} was refused: it has no plan")
    return lifecycle.plan
