"""What must hold when an intent enters the journal: somebody decided it on what stands there. Pure.

The last look before money moves, at the one place that every intent passes: whatever led to the
intent, the state that it is appended to must want it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from trader.errors import Retryable
from trader.lifecycle.fold import apply_all
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import OrdersIntended
from trader.lifecycle.stage import Leg, Stage
from trader.streams.event import Event


class UndecidedIntent(Retryable):
    """The intent does not follow from the lifecycle as it is: nothing was sent; decide again."""

    def __init__(self, lifecycle_id: str, why: str) -> None:
        super().__init__(lifecycle_id, why)
        self.lifecycle_id = lifecycle_id
        self.why = why

    def __str__(self) -> str:
        return f"{self.lifecycle_id} may not send these orders: {self.why}; decide again"


def require_decided(lifecycle: Lifecycle, events: Sequence[Event], now: datetime) -> None:
    """Look at every intent among events that are to be appended. Raises UndecidedIntent."""
    for place, event in enumerate(events):
        if isinstance(event, OrdersIntended):
            why = _objection(_just_before(lifecycle, events[:place], now), event, now)
            if why is not None:
                raise UndecidedIntent(lifecycle.lifecycle_id, why)


def is_decided(lifecycle: Lifecycle, intent: OrdersIntended, now: datetime) -> bool:
    """Whether the lifecycle, as of the strand before the intent, wants these orders."""
    return _objection(lifecycle, intent, now) is None


def _just_before(lifecycle: Lifecycle, events: Sequence[Event], now: datetime) -> Lifecycle:
    return replace(apply_all(lifecycle, events, now), seq=lifecycle.seq + len(events))


def _objection(lifecycle: Lifecycle, intent: OrdersIntended, now: datetime) -> str | None:
    """What speaks against the intent."""
    if intent.decided_on != lifecycle.seq:
        return f"they were decided on strand {intent.decided_on}, and the last is {lifecycle.seq}"
    return _entry_unwanted(lifecycle, now) if _is_entry(intent) else _exit_unwanted(lifecycle)


def _is_entry(intent: OrdersIntended) -> bool:
    """Whether some of it may open a position."""
    return any(order.leg is Leg.ENTRY for order in intent.orders)


def _entry_unwanted(lifecycle: Lifecycle, now: datetime) -> str | None:
    if lifecycle.stage is not Stage.PLACE or lifecycle.outcome is not None:
        return f"an entry is placed at stage {Stage.PLACE}, the plan is at {lifecycle.stage}"
    if lifecycle.cancel is not None:
        return f"{lifecycle.cancel.requested_by} has cancelled the plan"
    if lifecycle.plan is None or now >= lifecycle.plan.valid_until:
        return f"the plan's time is over; it is {now.isoformat()}"
    working = next(iter(lifecycle.working(Leg.ENTRY)), None)
    if working is not None:
        return f"its entry {working.cloid} is {working.state} and may still trade"
    return None


def _exit_unwanted(lifecycle: Lifecycle) -> str | None:
    if lifecycle.stage is Stage.TRACK and lifecycle.outcome is None:
        return None
    return f"an exit is placed at stage {Stage.TRACK}, the plan is at {lifecycle.stage}"
