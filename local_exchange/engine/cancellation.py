"""Cancels by the user's wish: one by one, in place of another order, or at a scheduled time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from local_exchange.engine.account import Account
from local_exchange.engine.errors import ActionRejected
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import (
    CancelByCloid,
    CancelByOid,
    Canceled,
    CancelOutcome,
    Modify,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    Rejected,
    TimeInForce,
)
from local_exchange.engine.placement import Placement, Submission
from local_exchange.engine.reasons import MISSING_ORDER, with_asset
from local_exchange.engine.state import State
from local_exchange.engine.working_order import WorkingOrder

DAY_MS = 86_400_000
MIN_LEAD_MS = 5_000
MAX_SCHEDULED_PER_DAY = 10


class Cancellation:
    """Cancels and replaces single orders."""

    def __init__(self, desk: OrderDesk, placement: Placement) -> None:
        self._desk = desk
        self._placement = placement

    def cancel(
        self, account: Account, cancels: Sequence[CancelByOid | CancelByCloid], fast: bool
    ) -> list[CancelOutcome]:
        """One outcome a cancel."""
        return [self._cancel(account, each, fast) for each in cancels]

    def _cancel(
        self, account: Account, cancel: CancelByOid | CancelByCloid, fast: bool
    ) -> CancelOutcome:
        target = cancel.oid if isinstance(cancel, CancelByOid) else cancel.cloid
        order = account.orders.find_working(target)
        if order is None or order.asset != cancel.asset:
            return Rejected(with_asset(MISSING_ORDER, cancel.asset))
        if fast and order.trigger is not None:
            text = "Fast cancel is not allowed for trigger orders."
            return Rejected(with_asset(text, cancel.asset))
        self._desk.end(order, OrderStatus.CANCELED)
        return Canceled()

    def modify(self, submission: Submission, modify: Modify, always_place: bool) -> OrderOutcome:
        """Cancel, then place under a new oid. A refused new order leaves the old one cancelled."""
        old = submission.account.orders.find_working(modify.target)
        if old is not None and old.asset != modify.order.asset:
            old = None
        if not always_place and old is None:
            return Rejected("Cannot modify canceled or filled order")
        request = modify.order if always_place else _as_post_only(modify.order)
        if request is None:
            return Rejected(with_asset("Modified order must be post only.", modify.order.asset))
        if old is not None:
            self._desk.end(old, OrderStatus.CANCELED)
        outcome = self._placement.place(submission, _with_cloid_of(old, request))
        if isinstance(outcome, Rejected):
            return Rejected(f"Error placing new order during modify: {outcome.text}")
        return outcome


def _as_post_only(request: OrderRequest) -> OrderRequest | None:
    if request.tif not in (TimeInForce.ALO, TimeInForce.GTC):
        return None
    return replace(request, tif=TimeInForce.ALO)


def _with_cloid_of(old: WorkingOrder | None, request: OrderRequest) -> OrderRequest:
    if old is None or request.cloid is not None:
        return request
    return replace(request, cloid=old.cloid)


@dataclass(slots=True, eq=False)
class _Schedule:
    account: Account
    time: int | None = None
    day: int = 0
    triggered: int = 0


class ScheduledCancels:
    """The dead-man's switch: cancels all of a user's orders at a set time."""

    def __init__(self, state: State, desk: OrderDesk) -> None:
        self._state = state
        self._desk = desk
        self._schedules: dict[str, _Schedule] = {}
        self._next: int | None = None

    def schedule(self, account: Account, time_ms: int | None) -> None:
        """Set the time, or clear it with None. Raises ActionRejected."""
        require_volume(account.volume, self._state.config.schedule_cancel_volume_gate)
        schedule = self._schedules.setdefault(account.address, _Schedule(account))
        if time_ms is not None:
            self._check_time(schedule, time_ms)
        schedule.time = time_ms
        self._find_next()

    def next_time(self) -> int | None:
        """When the next one fires."""
        return self._next

    def fire(self) -> None:
        """Cancel the orders of all whose time has come."""
        for schedule in self._schedules.values():
            if schedule.time is not None and schedule.time <= self._state.now:
                schedule.time = None
                self._count(schedule)
                for order in schedule.account.orders.working():
                    self._desk.end(order, OrderStatus.SCHEDULED_CANCEL)
        self._find_next()

    def _count(self, schedule: _Schedule) -> None:
        today = self._state.now // DAY_MS
        schedule.triggered = schedule.triggered + 1 if schedule.day == today else 1
        schedule.day = today

    def _find_next(self) -> None:
        times = [each.time for each in self._schedules.values() if each.time is not None]
        self._next = min(times, default=None)

    def _check_time(self, schedule: _Schedule, time_ms: int) -> None:
        if time_ms < self._state.now + MIN_LEAD_MS:
            raise ActionRejected("Scheduled cancel time must be at least 5 seconds in the future.")
        used_up = schedule.triggered >= MAX_SCHEDULED_PER_DAY
        if used_up and schedule.day == self._state.now // DAY_MS:
            raise ActionRejected(
                "Too many scheduled cancels triggered for the day. "
                f"Limit is {MAX_SCHEDULED_PER_DAY}"
            )


def require_volume(volume: Decimal, gate: Decimal | None) -> None:
    """Scheduled cancels are for those who traded that much USDC. Raises ActionRejected."""
    if gate is not None and volume < gate:
        traded = volume.quantize(Decimal("0.01")).normalize()
        raise ActionRejected(
            "Cannot set scheduled cancel time until enough volume traded. "
            f"Required: ${gate.normalize():f}. Traded: ${traded:f}."
        )
