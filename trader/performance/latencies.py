"""How long each step took. Pure.

Our own steps are stamped by our clock, trades and order reports by the venue's, the approval by
the Decision Maker's.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from trader.lifecycle.analysis_events import Latencies
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import OrderReported, OrdersAnswered
from trader.lifecycle.plan_events import PlanAccepted
from trader.lifecycle.stage import Leg
from trader.performance.subject import entry_of
from trader.streams.event import Event
from trader.venues.orders import AnswerKind, VenueOrderState

SomeEvent = TypeVar("SomeEvent", bound=Event)

_STANDS = frozenset({AnswerKind.RESTING, AnswerKind.WAITING, AnswerKind.FILLED})
_SEEN_STANDING = frozenset(
    {VenueOrderState.OPEN, VenueOrderState.TRIGGERED, VenueOrderState.FILLED}
)


def latencies_of(lifecycle: Lifecycle) -> Latencies:
    """The gaps between the plan's steps, each from the clocks that its steps have."""
    accepted = next((at for at, _ in _events(lifecycle, PlanAccepted)), None)
    answer = _entry_answer(lifecycle)
    sent, answered = (answer.sent_at, answer.answered_at) if answer else (None, None)
    intended = _entry_intended_at(lifecycle)
    trades = _entry_trades(lifecycle)
    first, last = (trades[0], trades[-1]) if trades else (None, None)
    gaps = {
        "approval_to_acceptance": _gap(lifecycle.approved_at, accepted),
        "acceptance_to_trigger": _gap(accepted, lifecycle.triggered_at),
        "trigger_to_intent": _gap(lifecycle.triggered_at, intended),
        "intent_to_answer": _gap(intended, answered),
        "send_to_answer": _gap(sent, answered),
        "intent_to_first_fill": _gap(intended, first),
        "first_to_last_entry_fill": _gap(first, last),
        "first_fill_to_protection": _gap(first, _protected_at(lifecycle)),
    }
    disagreeing = {name for name, gap in gaps.items() if gap is not None and gap < timedelta(0)}
    measured = {name: None if name in disagreeing else gap for name, gap in gaps.items()}
    return Latencies(**measured, clocks_disagree=tuple(sorted(disagreeing)))


def _gap(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None or end is None else end - start


def _events(lifecycle: Lifecycle, wanted: type[SomeEvent]) -> Iterator[tuple[datetime, SomeEvent]]:
    return ((at, event) for at, event in lifecycle.history if isinstance(event, wanted))


def _entry_intended_at(lifecycle: Lifecycle) -> datetime | None:
    entry = entry_of(lifecycle)
    return None if entry is None else lifecycle.intents[entry.intent_id].intended_at


def _entry_answer(lifecycle: Lifecycle) -> OrdersAnswered | None:
    entry = entry_of(lifecycle)
    answers = (event for _, event in _events(lifecycle, OrdersAnswered))
    return next((a for a in answers if entry and a.intent_id == entry.intent_id), None)


def _entry_trades(lifecycle: Lifecycle) -> list[datetime]:
    fills = (fill for order in lifecycle.orders_of(Leg.ENTRY) for fill in order.fills)
    return sorted(fill.traded_at for fill in fills)


def _protected_at(lifecycle: Lifecycle) -> datetime | None:
    """When the first stop was known to stand at the venue."""
    stops = {order.cloid for order in lifecycle.orders_of(Leg.STOP)}
    answered = (
        event.answered_at
        for _, event in _events(lifecycle, OrdersAnswered)
        if any(a.cloid in stops and a.answer.kind in _STANDS for a in event.answers)
    )
    reported = (
        event.report.reported_at
        for _, event in _events(lifecycle, OrderReported)
        if event.cloid in stops and event.report.state in _SEEN_STANDING
    )
    return min((*answered, *reported), default=None)
