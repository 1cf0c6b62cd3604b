"""Stop and target at the venue: what is missing, what is too much. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.stage import Leg, OrderState
from trader.orders.draft import OrderDraft
from trader.orders.entry import entry_side
from trader.plans.plan import Plan
from trader.venues.instrument import Instrument
from trader.venues.limit_prices import trigger_limit_price
from trader.venues.orders import Trigger, TriggerKind

MAX_STOP_REJECTIONS = 3
"""After so many refused stops the position is closed at market instead."""


@dataclass(frozen=True, slots=True)
class ProtectionChange:
    """Orders to add and orders to withdraw so that each exit covers the position exactly."""

    add: tuple[OrderDraft, ...] = ()
    withdraw: tuple[Order, ...] = ()


def protection_change(lifecycle: Lifecycle, plan: Plan, instrument: Instrument) -> ProtectionChange:
    """What to do so that stop and target cover the whole position, neither more nor less."""
    exits = [(Leg.STOP, plan.stop_loss), (Leg.TARGET, plan.take_profit)]
    changes = [
        _leg_change(lifecycle, plan, instrument, leg, price)
        for leg, price in exits
        if price is not None
    ]
    return ProtectionChange(
        add=tuple(draft for change in changes for draft in change.add),
        withdraw=tuple(order for change in changes for order in change.withdraw),
    )


def is_unprotectable(lifecycle: Lifecycle) -> bool:
    """Whether the venue has refused the stop too often."""
    rejected = _count(lifecycle.orders_of(Leg.STOP), OrderState.REJECTED)
    return rejected >= MAX_STOP_REJECTIONS


def _count(orders: Sequence[Order], state: OrderState) -> int:
    return sum(order.state is state for order in orders)


def _leg_change(
    lifecycle: Lifecycle, plan: Plan, instrument: Instrument, leg: Leg, price: Decimal
) -> ProtectionChange:
    held, covered = abs(lifecycle.position.size), lifecycle.covered(leg)
    missing = held - covered
    if missing == 0:
        return ProtectionChange()
    if missing > 0 and (covered == 0 or missing * price >= instrument.minimum_notional):
        return ProtectionChange(add=(_draft(plan, instrument, leg, price, missing),))
    if missing > 0 and lifecycle.working(Leg.ENTRY):
        return ProtectionChange()
    return ProtectionChange(withdraw=_withdrawable(lifecycle.working(leg)))


def _withdrawable(orders: Sequence[Order]) -> tuple[Order, ...]:
    """Orders that rest and were not cancelled yet; one that is trading is left alone."""
    return tuple(o for o in orders if o.state is OrderState.OPEN and not o.cancel_sent)


def _draft(
    plan: Plan, instrument: Instrument, leg: Leg, price: Decimal, size: Decimal
) -> OrderDraft:
    side = entry_side(plan.direction).opposite
    kind = TriggerKind.STOP if leg is Leg.STOP else TriggerKind.TARGET
    return OrderDraft(
        leg=leg,
        symbol=plan.symbol,
        side=side,
        size=size,
        limit_price=trigger_limit_price(instrument, price, side),
        trigger=Trigger(kind=kind, price=price),
        reduce_only=True,
    )
