"""One order of a plan, as its strands tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trader.lifecycle.order_events import IntendedOrder, OrderAnomaly
from trader.lifecycle.order_machine import STALE, state_after
from trader.lifecycle.signal import (
    Signal,
    signal_of_answer,
    signal_of_report,
    signal_of_trade,
)
from trader.lifecycle.stage import Leg, OrderState
from trader.venues.orders import Fill, OrderAnswer, OrderReport, OrderRequest, VenueOrderState
from trader.venues.refusal_cause import RefusalCause

ZERO = Decimal(0)
DOUBTFUL = frozenset({OrderState.PENDING, OrderState.UNKNOWN})
CONFIRMED = frozenset({OrderState.OPEN, OrderState.TRIGGERED})

TRADES_LAG = timedelta(seconds=5)
"""How long after an order's end its trades may still be missing from the venue's lists."""

FORGOTTEN = "forgotten"
"""Stands for the venue's words about an order that it knows no more."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order and what became of it.

    `venue_filled` is what the venue says has traded; `filled` is the sum of the trades that we
    have booked. They differ until the trades are fetched. `venue_filled_at_most` is more than
    `venue_filled` for a reduce-only order, because what it lost may have traded, or the venue may
    have shrunk it, and for one that the venue has forgotten. `ended_at` is when its end was
    recorded, `told_at` the venue's own time of the latest that it told. `cause` is why the venue
    refused or ended it; of an order that is in doubt or never landed, why the venue refused a copy
    of its action. `anomalies` are what was said of it and cannot be true. `died_with_others`: it
    was part of an action of several plans that was refused.
    """

    intended: IntendedOrder
    intent_id: str
    state: OrderState = OrderState.PENDING
    order_id: int | None = None
    venue_filled: Decimal = ZERO
    venue_filled_at_most: Decimal = ZERO
    ended_at: datetime | None = None
    told_at: datetime | None = None
    fills: tuple[Fill, ...] = ()
    venue_text: str = ""
    cause: RefusalCause | None = None
    cancel_sent: bool = False
    died_with_others: bool = False
    anomalies: tuple[OrderAnomaly, ...] = ()

    @property
    def request(self) -> OrderRequest:
        """What was asked of the venue."""
        return self.intended.request

    @property
    def cloid(self) -> str:
        """Our id of the order at the venue."""
        return self.request.cloid

    @property
    def leg(self) -> Leg:
        """What the order is for."""
        return self.intended.leg

    @property
    def filled(self) -> Decimal:
        """The sum of the booked trades, base units."""
        return sum((fill.size for fill in self.fills), ZERO)

    @property
    def remaining(self) -> Decimal:
        """What may still trade, base units; 0 once the order is over."""
        return ZERO if self.state.is_over else self.request.size - self.filled

    @property
    def is_confirmed(self) -> bool:
        """Whether the venue has said that it works, and nobody has asked to cancel it."""
        return self.state in CONFIRMED and not self.cancel_sent

    @property
    def is_settled(self) -> bool:
        """Over, and every trade that the venue speaks of is booked."""
        if self.state is OrderState.FILLED and not self.fills:
            return False
        return self.state.is_over and self.filled >= self.venue_filled

    @property
    def may_lack_trades(self) -> bool:
        """Over, and the venue speaks, or may speak, of more trades than are booked."""
        is_short = self.filled < self.venue_filled_at_most
        return self.state.is_over and (is_short or not self.is_settled)

    def awaits_trades(self, now: datetime) -> bool:
        """Over, and its trades may still come; a rest that is not certain, only for a while."""
        if not self.may_lack_trades:
            return False
        may_be_late = self.ended_at is not None and now < self.ended_at + TRADES_LAG
        return may_be_late or not self.is_settled

    def has(self, fill: Fill) -> bool:
        """Whether this trade is booked already."""
        key = (fill.trade_id, fill.order_id)
        return any((known.trade_id, known.order_id) == key for known in self.fills)

    def signal_of(self, told: OrderAnswer | OrderReport | Fill) -> Signal:
        """What this says of the order."""
        match told:
            case OrderAnswer():
                return signal_of_answer(told, self.request)
            case OrderReport():
                return signal_of_report(told, self.told_at if self.state.is_over else None)
            case Fill():
                return signal_of_trade(self.filled + told.size, self.request.size)

    def answered(self, answer: OrderAnswer) -> "Order":
        """The order after the venue's reply, which is older than any report or trade."""
        signal = self.signal_of(answer)
        venue_filled = max(self.venue_filled, answer.filled_size)
        if (self.state, signal) in STALE:
            return replace(self, venue_filled=venue_filled)
        return replace(
            self._moved(state_after(self.state, signal), answer.cause),
            venue_filled=venue_filled,
            order_id=self.order_id if answer.order_id is None else answer.order_id,
            venue_text=answer.text,
        )

    def differs_from(self, report: OrderReport) -> bool:
        """Whether the report leads to another state than the one that we know."""
        return state_after(self.state, self.signal_of(report)) is not self.state

    def reported(self, report: OrderReport) -> "Order":
        """The order after a report. A later report never lowers what has traded."""
        signal = self.signal_of(report)
        told = _told_filled(report)
        certain = ZERO if self.request.reduce_only else told
        order = replace(
            self,
            venue_filled=max(self.venue_filled, certain),
            venue_filled_at_most=max(self.venue_filled_at_most, told),
            told_at=_latest(self.told_at, report.reported_at),
        )
        if (self.state, signal) in STALE:
            return order
        return replace(
            order._moved(state_after(self.state, signal), report.cause),
            order_id=report.order_id,
            venue_text=report.venue_status,
        )

    def forgotten(self) -> "Order":
        """The order once the venue knows it no more: over, and all of it may have traded."""
        if (self.state, Signal.FORGOTTEN) in STALE:
            return self
        return replace(
            self.after(Signal.FORGOTTEN),
            venue_filled_at_most=self.request.size,
            venue_text=FORGOTTEN,
        )

    def booked(self, fill: Fill) -> "Order":
        """The order with one more trade: the venue is right about money in whatever state."""
        return replace(
            self._moved(state_after(self.state, self.signal_of(fill)), self.cause),
            fills=(*self.fills, fill),
            order_id=fill.order_id,
            told_at=_latest(self.told_at, fill.traded_at),
            venue_filled=max(self.venue_filled, self.filled + fill.size),
        )

    def after(self, signal: Signal, cause: RefusalCause | None = None) -> "Order":
        """The order in the state to which the signal leads, which may come with a cause."""
        if (self.state, signal) in STALE:
            return self
        return self._moved(state_after(self.state, signal), cause or self.cause)

    def _moved(self, state: OrderState, cause: RefusalCause | None) -> "Order":
        """In that state. What works, or has traded in full, was not refused."""
        return replace(self, state=state, cause=cause if state in _CAUSED else None)


_CAUSED = frozenset(
    {OrderState.UNKNOWN, OrderState.CANCELLED, OrderState.REJECTED, OrderState.NEVER_LANDED}
)


def remaining_of(orders: Iterable[Order]) -> Decimal:
    """What these orders together may still trade, base units."""
    return sum((order.remaining for order in orders), ZERO)


def _latest(known: datetime | None, told: datetime) -> datetime:
    return told if known is None else max(known, told)


def _told_filled(report: OrderReport) -> Decimal:
    """What the order lost; of a reduce-only one it may have been shrunk by the venue instead."""
    if report.state is VenueOrderState.REJECTED:
        return ZERO
    return report.original_size - report.remaining_size
