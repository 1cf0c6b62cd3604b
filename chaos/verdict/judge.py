"""Holds the exchange's ledger against the journal. Pure; it believes the ledger."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain

from chaos.verdict.records import ZERO, AcceptedOrder, Ledger, PlannedOrder, PlanRecord, Trade
from trader.lifecycle.stage import Leg, Stage


class Crime(StrEnum):
    """What may be found."""

    DUPLICATE = "duplicate"
    """The venue did twice what was wanted once."""
    LOST = "lost"
    """A plan that did not come to its end, or something at the venue that no plan knows."""
    UNPROTECTED = "unprotected"
    """A position without the stop that its plan wants."""
    UNRESOLVED = "unresolved"
    """An order of which nobody knows whether it landed."""
    DIFFERENCE = "difference"
    """The journal tells something else than the ledger."""
    FALSE_ALARM = "false_alarm"
    """The account's strands tell of other hands, and it was the Trader."""
    REPLAY = "replay"
    """A decision that comes out differently when it is made again from what was recorded."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `subject` is a lifecycle id, a cloid or a symbol."""

    crime: Crime
    subject: str
    text: str


def compare(plans: Sequence[PlanRecord], ledger: Ledger) -> tuple[Finding, ...]:
    """Everything that must not be at a quiet moment, whether plans are done or not."""
    known = {order.cloid for plan in plans for order in plan.orders}
    return (
        *chain.from_iterable(_judge_plan(plan, ledger) for plan in plans),
        *_doubled(ledger),
        *_unknown_to_all(known, ledger),
        *_positions(plans, ledger),
    )


def unfinished(submitted: Iterable[str], plans: Sequence[PlanRecord]) -> tuple[Finding, ...]:
    """The submitted plans that are not done, although everything had its time."""
    stages = {plan.lifecycle_id: plan.stage for plan in plans}
    return tuple(
        Finding(Crime.LOST, lifecycle_id, f"the plan is not done: {stages.get(lifecycle_id)}")
        for lifecycle_id in submitted
        if stages.get(lifecycle_id) is not Stage.DONE
    )


def is_at_rest(plan: PlanRecord, ledger: Ledger) -> bool:
    """Whether nothing has to happen to the plan by itself: it is done, waits, or is protected."""
    if plan.stage in (Stage.DONE, Stage.MONITOR):
        return True
    return plan.stage is Stage.TRACK and not plan.is_leaving and not any(_judge_plan(plan, ledger))


def _judge_plan(plan: PlanRecord, ledger: Ledger) -> Iterator[Finding]:
    trades = [t for order in plan.orders for t in ledger.trades_by_cloid.get(order.cloid, ())]
    yield from _entries(plan, ledger)
    yield from _traded(plan, trades)
    yield from _protection(plan, ledger, trades)
    for order in plan.orders:
        yield from _order(plan, order, ledger.orders_by_cloid.get(order.cloid, []))
    if not plan.projection_agrees:
        text = "its row of lifecycles is not what its strands add up to"
        yield Finding(Crime.DIFFERENCE, plan.lifecycle_id, text)


def _entries(plan: PlanRecord, ledger: Ledger) -> Iterator[Finding]:
    """A second entry is sent only when the first is proved never to have landed."""
    entries = [o.cloid for o in plan.orders if o.leg is Leg.ENTRY]
    landed = [cloid for cloid in entries if cloid in ledger.orders_by_cloid]
    if len(landed) > 1:
        text = f"{len(landed)} of its entry orders were accepted: {', '.join(landed)}"
        yield Finding(Crime.DUPLICATE, plan.lifecycle_id, text)


def _traded(plan: PlanRecord, trades: Sequence[Trade]) -> Iterator[Finding]:
    """Entry and exits of the plan, by the ledger; every trade is booked, and once."""
    entered = _sum(t for t in trades if _leg_of(plan, t) is Leg.ENTRY)
    held = _sum(trades)
    if held * entered < ZERO or (entered == ZERO and held != ZERO):
        text = f"its exits traded more than its entry: {held} is left of {entered}"
        yield Finding(Crime.DUPLICATE, plan.lifecycle_id, text)
    elif plan.stage is Stage.DONE and held != ZERO:
        text = f"it is done, and {held} of {entered} is still held"
        yield Finding(Crime.LOST, plan.lifecycle_id, text)
    theirs, ours = Counter(trades), Counter(plan.trades)
    for trade in theirs - ours:
        yield Finding(Crime.LOST, plan.lifecycle_id, f"not booked: {trade}")
    for trade in ours - theirs:
        yield Finding(Crime.DIFFERENCE, plan.lifecycle_id, f"booked, and never traded: {trade}")


def _protection(plan: PlanRecord, ledger: Ledger, trades: Sequence[Trade]) -> Iterator[Finding]:
    held = abs(_sum(trades))
    if plan.stage is Stage.DONE or not plan.has_stop or not held:
        return
    stops = [o.cloid for o in plan.orders if o.leg is Leg.STOP]
    accepted = [a for cloid in stops for a in ledger.orders_by_cloid.get(cloid, ())]
    covered = sum((a.size - a.filled for a in accepted if a.is_working), ZERO)
    if covered < held:
        text = f"it holds {held}, and its working stops cover {covered}"
        yield Finding(Crime.UNPROTECTED, plan.lifecycle_id, text)


def _order(
    plan: PlanRecord, order: PlannedOrder, accepted: Sequence[AcceptedOrder]
) -> Iterator[Finding]:
    subject, name = plan.lifecycle_id, f"the {order.leg} order {order.cloid}"
    if order.is_doubtful:
        yield Finding(Crime.UNRESOLVED, subject, f"{name} may or may not have landed")
    elif accepted and not order.has_landed:
        yield Finding(Crime.LOST, subject, f"{name} was accepted, and is taken for dead")
    elif order.has_landed and not accepted:
        yield Finding(Crime.DIFFERENCE, subject, f"{name} is told to have landed, and did not")
    else:
        for found in accepted:
            yield from _disagreements(subject, name, order, found)


def _disagreements(
    subject: str, name: str, order: PlannedOrder, found: AcceptedOrder
) -> Iterator[Finding]:
    pairs = {
        "order id": (order.order_id, found.order_id),
        "signer": (order.signer, found.signer),
        "nonce": (order.nonce, found.nonce),
        "works": (order.is_working, found.is_working),
    }
    for what, (ours, theirs) in pairs.items():
        if ours != theirs:
            text = f"{name}: {what} is {theirs} at the venue, {ours} in the journal"
            yield Finding(Crime.DIFFERENCE, subject, text)


def _doubled(ledger: Ledger) -> Iterator[Finding]:
    for cloid, orders in ledger.orders_by_cloid.items():
        if cloid is not None and len(orders) > 1:
            ids = ", ".join(str(order.order_id) for order in orders)
            yield Finding(Crime.DUPLICATE, cloid, f"accepted {len(orders)} times, as {ids}")


def _unknown_to_all(known: Set[str], ledger: Ledger) -> Iterator[Finding]:
    for order in ledger.orders:
        if order.cloid not in known:
            text = f"the venue accepted order {order.order_id}, and no plan knows it"
            yield Finding(Crime.LOST, str(order.cloid), text)
    for trade in ledger.trades:
        if trade.cloid not in known:
            yield Finding(Crime.LOST, str(trade.cloid), f"no plan knows this trade: {trade}")


def _positions(plans: Sequence[PlanRecord], ledger: Ledger) -> Iterator[Finding]:
    """The account's position in each symbol is the sum of all that the plans have booked."""
    booked: dict[str, Decimal] = {}
    for trade in chain.from_iterable(plan.trades for plan in plans):
        booked[trade.symbol] = booked.get(trade.symbol, ZERO) + trade.size
    for symbol in sorted(booked.keys() | ledger.positions.keys()):
        ours, theirs = booked.get(symbol, ZERO), ledger.positions.get(symbol, ZERO)
        if ours != theirs:
            text = f"the account holds {theirs}, the plans add up to {ours}"
            yield Finding(Crime.DIFFERENCE, symbol, text)


def _leg_of(plan: PlanRecord, trade: Trade) -> Leg | None:
    return next((order.leg for order in plan.orders if order.cloid == trade.cloid), None)


def _sum(trades: Iterable[Trade]) -> Decimal:
    return sum((trade.size for trade in trades), ZERO)
