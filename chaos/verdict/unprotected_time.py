"""How long positions were held at the venue without the stop that their plans want. Pure.

The ledger counts: a stop protects from the moment in which the exchange accepted it. The journal
tells only what no ledger can: what plans closed against each other, and when a plan was over.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby, pairwise
from typing import NamedTuple

from chaos.clocks import ClockStep, true_times
from chaos.verdict.outages import Outage
from chaos.verdict.records import ZERO, AcceptedOrder, Ledger, PlanRecord, Trade
from trader.lifecycle.stage import Leg


class _Change(NamedTuple):
    """What changes at a moment: base units of the plan's direction.

    `held` by the plan's own trades and nettings, `net` by all of the account's trades, `covered` by
    its working stops.
    """

    at: datetime
    held: Decimal = ZERO
    net: Decimal = ZERO
    covered: Decimal = ZERO


def unprotected_times(
    plan: PlanRecord, ledger: Ledger, until: datetime, steps: Sequence[ClockStep] = ()
) -> tuple[Outage, ...]:
    """Each time before `until` in which the plan held more than its working stops covered.

    What other hands have taken from the account needs no stop, and is not the plan's again when
    another plan enters later. A strand's time is the latest that it can mean: `steps` are the
    clocks that were wrong.
    """
    if not plan.has_stop:
        return ()
    ends = [max(true_times(ending.at, steps)) for ending in plan.endings if ending.is_final]
    until = min([until, *ends])
    changes = sorted(change for change in _changes(plan, ledger, steps) if change.at < until)
    moments = [(at, list(group)) for at, group in groupby(changes, key=lambda change: change.at)]
    held = net = covered = ZERO
    spans = []
    for (at, group), (next_at, _) in pairwise([*moments, (until, [])]):
        held += sum(change.held for change in group)
        net += sum(change.net for change in group)
        covered += sum(change.covered for change in group)
        if min(held, net) > max(covered, ZERO):
            spans.append(Outage(at, next_at))
    return tuple(_joined(spans))


def _changes(plan: PlanRecord, ledger: Ledger, steps: Sequence[ClockStep]) -> Iterator[_Change]:
    for netting in plan.nettings:
        yield _Change(max(true_times(netting.at, steps)), held=plan.sign * netting.size)
    legs = {order.cloid: order.leg for order in plan.orders}
    for cloid, leg in legs.items():
        trades = ledger.trades_by_cloid.get(cloid, [])
        for trade in trades:
            yield _Change(trade.traded_at, held=plan.sign * trade.size)
        if leg is Leg.STOP:
            for order in ledger.orders_by_cloid.get(cloid, []):
                yield from _of_stop(order, trades)
    for trade in (*ledger.trades, *ledger.owners_trades):
        if trade.symbol == plan.symbol:
            yield _Change(trade.traded_at, net=plan.sign * trade.size)


def _of_stop(order: AcceptedOrder, trades: Iterable[Trade]) -> Iterator[_Change]:
    yield _Change(order.accepted_at, covered=order.size)
    for trade in trades:
        yield _Change(trade.traded_at, covered=-abs(trade.size))
    if order.ended_at is not None:
        yield _Change(order.ended_at, covered=order.filled - order.size)


def _joined(spans: Iterable[Outage]) -> Iterator[Outage]:
    """One for those that follow each other without a gap."""
    joined: Outage | None = None
    for span in spans:
        if joined is not None and joined.ended == span.began:
            joined = Outage(joined.began, span.ended)
        else:
            if joined is not None:
                yield joined
            joined = span
    if joined is not None:
        yield joined
