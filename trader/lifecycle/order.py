"""One order of a plan, as its strands tell."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trader.lifecycle.order_events import IntendedOrder
from trader.lifecycle.stage import Leg, OrderState
from trader.venues.orders import (
    AnswerKind,
    Fill,
    OrderAnswer,
    OrderReport,
    OrderRequest,
    TimeInForce,
    VenueOrderState,
)

ZERO = Decimal(0)
DOUBTFUL = frozenset({OrderState.PENDING, OrderState.UNKNOWN})
UNCONFIRMED = DOUBTFUL | {OrderState.NEVER_LANDED}
"""States that the venue itself has not told: its word replaces them."""

TRADES_LAG = timedelta(seconds=5)
"""How long after an order's end its trades may still be missing from the venue's lists."""

_REPORTED = {
    VenueOrderState.OPEN: OrderState.OPEN,
    VenueOrderState.TRIGGERED: OrderState.TRIGGERED,
    VenueOrderState.FILLED: OrderState.FILLED,
    VenueOrderState.CANCELLED: OrderState.CANCELLED,
    VenueOrderState.REJECTED: OrderState.REJECTED,
    VenueOrderState.UNRECOGNISED: OrderState.UNRECOGNISED,
}


@dataclass(frozen=True, slots=True)
class Order:
    """An order and what became of it.

    `venue_filled` is what the venue says has traded; `filled` is the sum of the trades that we
    have booked. They differ until the trades are fetched. `venue_filled_at_most` is more than
    `venue_filled` for a reduce-only order alone: what it lost may have traded, or the venue may
    have shrunk it. `ended_at` is when a report of its end was recorded.
    """

    intended: IntendedOrder
    intent_id: str
    state: OrderState = OrderState.PENDING
    order_id: int | None = None
    venue_filled: Decimal = ZERO
    venue_filled_at_most: Decimal = ZERO
    ended_at: datetime | None = None
    fills: tuple[Fill, ...] = ()
    venue_text: str = ""
    cancel_sent: bool = False

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

    def answered(self, answer: OrderAnswer) -> "Order":
        """The order after the venue's reply, which is older than any report or trade.

        A refusal may be of another copy of the request: it undoes nothing that the venue told.
        """
        order = replace(self, venue_filled=max(self.venue_filled, answer.filled_size))
        state = _state_after(answer, self.request)
        if self._knows_better_than(state):
            return order
        order_id = self.order_id if answer.order_id is None else answer.order_id
        return replace(order, state=state, order_id=order_id, venue_text=answer.text)

    def _knows_better_than(self, answered: OrderState) -> bool:
        if self.state in UNCONFIRMED:
            return False
        is_refusal = answered is OrderState.REJECTED
        return self.state.is_over or is_refusal or not answered.is_over

    def differs_from(self, report: OrderReport) -> bool:
        """Whether the report names another state than the one that we know."""
        return self.state is not _REPORTED[report.state]

    def reported(self, report: OrderReport) -> "Order":
        """The order after a report. A later report never lowers what has traded."""
        told = _told_filled(report)
        certain = ZERO if self.request.reduce_only else told
        return replace(
            self,
            state=_REPORTED[report.state],
            order_id=report.order_id,
            venue_filled=max(self.venue_filled, certain),
            venue_filled_at_most=max(self.venue_filled_at_most, told),
            venue_text=report.venue_status,
        )

    def booked(self, fill: Fill) -> "Order":
        """The order with one more trade. A trade proves that the order landed."""
        order = replace(self, fills=(*self.fills, fill), order_id=fill.order_id)
        return replace(
            order,
            state=order._state_with_fills(),
            venue_filled=max(self.venue_filled, order.filled),
        )

    def _state_with_fills(self) -> OrderState:
        if self.filled >= self.request.size:
            return OrderState.FILLED
        return OrderState.OPEN if self.state in UNCONFIRMED else self.state


def _told_filled(report: OrderReport) -> Decimal:
    """What the order lost; of a reduce-only one it may have been shrunk by the venue instead."""
    if report.state is VenueOrderState.REJECTED:
        return ZERO
    return report.original_size - report.remaining_size


def _state_after(answer: OrderAnswer, request: OrderRequest) -> OrderState:
    match answer.kind:
        case AnswerKind.RESTING | AnswerKind.WAITING:
            return OrderState.OPEN
        case AnswerKind.REJECTED:
            return OrderState.REJECTED
        case AnswerKind.UNRECOGNISED:
            return OrderState.UNKNOWN
        case AnswerKind.FILLED if answer.filled_size >= request.size:
            return OrderState.FILLED
        case AnswerKind.FILLED if request.time_in_force is TimeInForce.IOC:
            return OrderState.CANCELLED
        case AnswerKind.FILLED:
            return OrderState.OPEN
