"""Holds the exchange's ledger against the journal. Pure; it believes the ledger."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from decimal import Decimal
from itertools import chain

from chaos.verdict.finding import Crime, Finding
from chaos.verdict.records import ZERO, AcceptedOrder, Ledger, PlannedOrder, PlanRecord, Trade
from trader.lifecycle.stage import Leg, Outcome, Stage


def compare(plans: Sequence[PlanRecord], ledger: Ledger) -> tuple[Finding, ...]:
    """Everything that must not be at a quiet moment, whether plans are done or not."""
    known = {order.cloid for plan in plans for order in plan.orders}
    return (
        *chain.from_iterable(_judge_plan(plan, ledger) for plan in plans),
        *_doubled(ledger),
        *_unknown_to_all(known, ledger),
        *_positions(plans, ledger),
        *_nettings(plans),
    )


def restless(
    submitted: Iterable[str], plans: Sequence[PlanRecord], ledger: Ledger
) -> tuple[Finding, ...]:
    """The submitted plans to which something still has to happen."""
    known = {plan.lifecycle_id: plan for plan in plans}
    return tuple(
        Finding(Crime.NOT_DONE_IN_TIME, lifecycle_id, f"it is not at rest: {_stage_of(plan)}")
        for lifecycle_id in submitted
        if (plan := known.get(lifecycle_id)) is None or not is_at_rest(plan, ledger)
    )


def unfinished(submitted: Iterable[str], plans: Sequence[PlanRecord]) -> tuple[Finding, ...]:
    """The submitted plans that are not done, although everything had its time."""
    known = {plan.lifecycle_id: plan for plan in plans}
    return tuple(
        Finding(Crime.NOT_DONE_IN_TIME, lifecycle_id, f"it is not done: {_stage_of(plan)}")
        for lifecycle_id in submitted
        if (plan := known.get(lifecycle_id)) is None or plan.stage is not Stage.DONE
    )


def left_over(ledger: Ledger) -> tuple[Finding, ...]:
    """What the account still holds when all plans are done: nobody looks after it any more."""
    return tuple(
        Finding(Crime.LOST, symbol, f"all plans are done, and the account still holds {size}")
        for symbol, size in ledger.positions.items()
        if size != ZERO
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
    held = _sum(trades) + plan.netted
    if held * entered < ZERO or (entered == ZERO and held != ZERO):
        text = f"its exits traded more than its entry: {held} is left of {entered}"
        yield Finding(Crime.DUPLICATE, plan.lifecycle_id, text)
    elif plan.stage is Stage.DONE and held != ZERO and plan.outcome != Outcome.CLOSED_EXTERNALLY:
        text = f"it is done, and {held} of {entered} is still held"
        yield Finding(Crime.LOST, plan.lifecycle_id, text)
    theirs, ours = Counter(trades), Counter(plan.trades)
    for trade in theirs - ours:
        yield Finding(Crime.LOST, plan.lifecycle_id, f"not booked: {trade}")
    for trade in ours - theirs:
        yield Finding(Crime.DIFFERENCE, plan.lifecycle_id, f"booked, and never traded: {trade}")


def _protection(plan: PlanRecord, ledger: Ledger, trades: Sequence[Trade]) -> Iterator[Finding]:
    held = _held(plan, ledger, trades)
    if plan.stage is Stage.DONE or not plan.has_stop or held <= ZERO:
        return
    stops = [o.cloid for o in plan.orders if o.leg is Leg.STOP]
    accepted = [a for cloid in stops for a in ledger.orders_by_cloid.get(cloid, ())]
    covered = sum((a.size - a.filled for a in accepted if a.is_working), ZERO)
    if covered < held:
        text = f"it holds {held}, and its working stops cover {covered}"
        yield Finding(Crime.UNPROTECTED, plan.lifecycle_id, text)


def _held(plan: PlanRecord, ledger: Ledger, trades: Sequence[Trade]) -> Decimal:
    """What the plan holds in its direction, as far as other hands have left it in the account."""
    net = ledger.net_traded.get(plan.symbol or "", ZERO)
    return min(plan.sign * (_sum(trades) + plan.netted), plan.sign * net)


def _order(
    plan: PlanRecord, order: PlannedOrder, accepted: Sequence[AcceptedOrder]
) -> Iterator[Finding]:
    subject, name = plan.lifecycle_id, f"the {order.leg} order {order.cloid}"
    if order.is_doubtful:
        yield Finding(Crime.UNRESOLVED, subject, f"{name} may or may not have landed")
    elif accepted and not order.has_landed:
        if not (order.is_refused and all(_is_refused_later(found) for found in accepted)):
            yield Finding(Crime.LOST, subject, f"{name} was accepted, and is taken for dead")
    elif order.has_landed and not accepted:
        yield Finding(Crime.DIFFERENCE, subject, f"{name} is told to have landed, and did not")
    else:
        for found in accepted:
            yield from _disagreements(subject, name, order, found)


def _is_refused_later(found: AcceptedOrder) -> bool:
    """A stop is accepted, and refused when it triggers and cannot trade."""
    return not found.is_working and found.filled == ZERO


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
    """The account's position in each symbol is what the plans have booked and its owner traded."""
    booked: dict[str, Decimal] = {}
    ours = chain.from_iterable(plan.trades for plan in plans)
    for trade in (*ours, *ledger.owners_trades):
        booked[trade.symbol] = booked.get(trade.symbol, ZERO) + trade.size
    for symbol in sorted(booked.keys() | ledger.positions.keys()):
        known, held = booked.get(symbol, ZERO), ledger.positions.get(symbol, ZERO)
        if known != held:
            text = f"the account holds {held}, the plans and the owner add up to {known}"
            yield Finding(Crime.DIFFERENCE, symbol, text)


def _nettings(plans: Sequence[PlanRecord]) -> Iterator[Finding]:
    """What plans close against each other changes nothing for all of them together."""
    netted: dict[str, Decimal] = {}
    for plan in plans:
        netted[plan.symbol or ""] = netted.get(plan.symbol or "", ZERO) + plan.netted
    for symbol, size in netted.items():
        if size != ZERO:
            text = f"plans were netted, and {size} of it is on one side only"
            yield Finding(Crime.LOST, symbol, text)


def _leg_of(plan: PlanRecord, trade: Trade) -> Leg | None:
    return next((order.leg for order in plan.orders if order.cloid == trade.cloid), None)


def _sum(trades: Iterable[Trade]) -> Decimal:
    return sum((trade.size for trade in trades), ZERO)


def _stage_of(plan: PlanRecord | None) -> str:
    return "it was never taken in" if plan is None else f"stage {plan.stage}"
