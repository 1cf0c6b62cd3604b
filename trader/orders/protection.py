"""Stop and target at the venue: what is missing, what is too much. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order, remaining_of
from trader.lifecycle.stage import Leg, OrderState
from trader.orders.draft import OrderDraft
from trader.orders.entry import entry_side
from trader.orders.patience import is_pausing
from trader.plans.plan import Plan
from trader.venues.instrument import Instrument
from trader.venues.limit_prices import trigger_limit_price
from trader.venues.orders import Trigger, TriggerKind
from trader.venues.refusal_cause import RefusalCause

MAX_REFUSALS = 3
"""After so many refusals in a row of a stop, or a target, the position is closed at market."""

MAX_IN_DOUBT = 3
"""So many stops may be in doubt at a time: where three are lost, another would be lost as well."""

ANSWER_TIME = timedelta(seconds=1)
"""A stop that has waited so long for its answer is in doubt."""


@dataclass(frozen=True, slots=True)
class ProtectionChange:
    """Orders to add, and orders that are then too much. Add first: no gap without an exit."""

    add: tuple[OrderDraft, ...] = ()
    withdraw: tuple[Order, ...] = ()


def protection_change(
    lifecycle: Lifecycle, plan: Plan, instrument: Instrument, now: datetime
) -> ProtectionChange:
    """What to do so that stop and target cover the whole position, neither more nor less."""
    exits = [(Leg.STOP, plan.stop_loss), (Leg.TARGET, plan.take_profit)]
    changes = [
        _leg_change(lifecycle, plan, instrument, leg, price, now)
        for leg, price in exits
        if price is not None
    ]
    return ProtectionChange(
        add=tuple(draft for change in changes for draft in change.add),
        withdraw=tuple(order for change in changes for order in change.withdraw),
    )


def is_unprotectable(lifecycle: Lifecycle) -> bool:
    """Whether the price has passed an exit, or the venue has refused one too often."""
    return any(_is_refused(lifecycle.orders_of(leg)) for leg in (Leg.STOP, Leg.TARGET))


def _is_refused(orders: Sequence[Order]) -> bool:
    latest = orders[-MAX_REFUSALS:]
    refused = [order for order in latest if _counts_as_refused(order)]
    if latest and latest[-1] in refused and latest[-1].cause is RefusalCause.TRIGGER_PASSED:
        return True
    return len(refused) == MAX_REFUSALS


def _counts_as_refused(order: Order) -> bool:
    """Where the venue takes no order at all, an exit at market would be refused as well."""
    return order.state is OrderState.REJECTED and not _is_refused_to_all(order)


def _is_refused_to_all(order: Order) -> bool:
    return order.cause is not None and order.cause.is_for_all


def _leg_change(
    lifecycle: Lifecycle,
    plan: Plan,
    instrument: Instrument,
    leg: Leg,
    price: Decimal,
    now: datetime,
) -> ProtectionChange:
    held, working = abs(lifecycle.position.size), lifecycle.working(leg)
    standing = [order for order in working if _stands(lifecycle, order, now)]
    covered = remaining_of(standing)
    whole = _draft(plan, instrument, leg, price, held)
    if covered > held:
        return _less(whole, working)
    if covered == held or len(working) - len(standing) >= MAX_IN_DOUBT:
        return ProtectionChange()
    if is_pausing(lifecycle, leg, now):
        return ProtectionChange()
    missing = replace(whole, size=held - covered)
    if not standing or _is_large_enough(missing, price, instrument):
        return ProtectionChange(add=(missing,))
    if lifecycle.working(Leg.ENTRY):
        return ProtectionChange()
    return ProtectionChange(add=(whole,))


def _stands(lifecycle: Lifecycle, order: Order, now: datetime) -> bool:
    """Whether the order counts as there.

    A stop in doubt does not, nor one that was asked to be cancelled: a position may have two for
    a moment, because what they trade too much is given back, but it may not be without one. A
    target in doubt does.
    """
    if order.leg is not Leg.STOP:
        return True
    if order.state is OrderState.PENDING:
        return now < lifecycle.intents[order.intent_id].intended_at + ANSWER_TIME
    return order.is_confirmed


def _less(whole: OrderDraft, working: Sequence[Order]) -> ProtectionChange:
    """One order for exactly what is held, and once it surely stands, nothing beside it."""
    exact = [o for o in working if o.remaining == whole.size and not o.cancel_sent]
    confirmed = [order for order in exact if order.is_confirmed]
    if confirmed:
        kept = confirmed[-1]
        return ProtectionChange(withdraw=_withdrawable(o for o in working if o is not kept))
    return ProtectionChange() if exact else ProtectionChange(add=(whole,))


def _is_large_enough(part: OrderDraft, trigger: Decimal, instrument: Instrument) -> bool:
    """Whether the venue takes a part of an exit; the whole is exempt from its minimum."""
    return part.size * min(trigger, part.limit_price) >= instrument.minimum_notional


def _withdrawable(orders: Iterable[Order]) -> tuple[Order, ...]:
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
