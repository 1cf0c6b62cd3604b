"""What may be said of an order, whoever says it. Pure."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trader.venues.orders import (
    AnswerKind,
    OrderAnswer,
    OrderReport,
    OrderRequest,
    TimeInForce,
    VenueOrderState,
)


class Signal(StrEnum):
    """What was said of an order."""

    ANSWERED_RESTING = "answered_resting"
    """The venue's reply: it rests, or waits for its parent or its trigger."""
    ANSWERED_FILLED = "answered_filled"
    """The venue's reply: all of it traded at once."""
    ANSWERED_FILLED_IN_PART = "answered_filled_in_part"
    """The venue's reply: some of it traded at once, the rest rests."""
    ANSWERED_REST_CANCELLED = "answered_rest_cancelled"
    """The venue's reply: some of an immediate order traded, the rest is cancelled."""
    ANSWERED_REJECTED = "answered_rejected"
    """The venue's reply: refused. It may be of another copy of the request."""
    ANSWERED_UNRECOGNISED = "answered_unrecognised"
    """The venue's reply has a form that we do not know."""
    REPORTED_OPEN = "reported_open"
    """The venue lists it as open."""
    REPORTED_TRIGGERED = "reported_triggered"
    """The venue says that its trigger was touched."""
    REPORTED_FILLED = "reported_filled"
    """The venue says that it traded to its size, which the venue may have shrunk."""
    REPORTED_CANCELLED = "reported_cancelled"
    """The venue says that its rest was cancelled."""
    REPORTED_REJECTED = "reported_rejected"
    """The venue says that it refused it, perhaps only when its trigger was touched."""
    REPORTED_UNRECOGNISED = "reported_unrecognised"
    """The venue reports a status that we do not know."""
    REPORTED_REOPENED = "reported_reopened"
    """The venue lists it as open or triggered, as of a time after its end."""
    FORGOTTEN = "forgotten"
    """The venue knows it no more, and does not list it as open."""
    TRADED_IN_PART = "traded_in_part"
    """A trade of it; the booked trades are less than its size."""
    TRADED_IN_FULL = "traded_in_full"
    """A trade of it; the booked trades are exactly its size."""
    TRADED_TOO_MUCH = "traded_too_much"
    """A trade of it; the booked trades are more than its size."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """Its sender got no answer, or recorded none."""
    PROVED_DEAD = "proved_dead"
    """Proved: it never landed, and never can."""


_REPORTED = {
    VenueOrderState.OPEN: Signal.REPORTED_OPEN,
    VenueOrderState.TRIGGERED: Signal.REPORTED_TRIGGERED,
    VenueOrderState.FILLED: Signal.REPORTED_FILLED,
    VenueOrderState.CANCELLED: Signal.REPORTED_CANCELLED,
    VenueOrderState.REJECTED: Signal.REPORTED_REJECTED,
    VenueOrderState.UNRECOGNISED: Signal.REPORTED_UNRECOGNISED,
}


def signal_of_answer(answer: OrderAnswer, request: OrderRequest) -> Signal:
    """What the venue's reply says of this order: filled in part is not always the end."""
    match answer.kind:
        case AnswerKind.RESTING | AnswerKind.WAITING:
            return Signal.ANSWERED_RESTING
        case AnswerKind.REJECTED:
            return Signal.ANSWERED_REJECTED
        case AnswerKind.UNRECOGNISED:
            return Signal.ANSWERED_UNRECOGNISED
        case AnswerKind.FILLED if answer.filled_size >= request.size:
            return Signal.ANSWERED_FILLED
        case AnswerKind.FILLED if request.time_in_force is TimeInForce.IOC:
            return Signal.ANSWERED_REST_CANCELLED
        case AnswerKind.FILLED:
            return Signal.ANSWERED_FILLED_IN_PART


def signal_of_report(report: OrderReport, ended_at: datetime | None) -> Signal:
    """What the venue's report says of an order that ended at this time of the venue's, if it did.

    The venue dates its reports by the change that they tell: an old one of an order that is over
    is late, a newer one would open it again.
    """
    is_newer = ended_at is not None and report.reported_at > ended_at
    if is_newer and report.state in (VenueOrderState.OPEN, VenueOrderState.TRIGGERED):
        return Signal.REPORTED_REOPENED
    return _REPORTED[report.state]


def signal_of_trade(traded: Decimal, size: Decimal) -> Signal:
    """What a trade says of an order of this size of which `traded` is booked with it."""
    if traded > size:
        return Signal.TRADED_TOO_MUCH
    return Signal.TRADED_IN_FULL if traded == size else Signal.TRADED_IN_PART
