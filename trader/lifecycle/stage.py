"""Where a plan is, and how it ended."""

from enum import StrEnum


class Stage(StrEnum):
    """The address of the task that acts next."""

    MONITOR = "monitor"
    """Waits for its entry condition."""
    PLACE = "place"
    """Triggered: to be sized, controlled and sent."""
    TRACK = "track"
    """An order was intended: followed until flat and nothing works."""
    ANALYZE = "analyze"
    """Execution is over: to be measured."""
    DONE = "done"
    """Nothing is left to do."""


class Outcome(StrEnum):
    """How a plan ended."""

    REFUSED = "refused"
    """Not understood, or against the venue's rules: never waited for."""
    EXPIRED = "expired"
    """Its time ended before anything traded."""
    CANCELLED = "cancelled"
    """Somebody cancelled it before anything traded."""
    DENIED = "denied"
    """A pre-trade control stopped it."""
    REJECTED = "rejected"
    """The venue refused or ended the entry order before anything traded."""
    CLOSED = "closed"
    """It traded, and its position was closed by its own orders."""
    NETTED = "netted"
    """It traded, and the last of its position was closed against an opposite plan."""
    CLOSED_EXTERNALLY = "closed_externally"
    """It traded, and the venue no longer shows its position: closed by other hands."""


class Leg(StrEnum):
    """What an order of a plan is for."""

    ENTRY = "entry"
    STOP = "stop"
    TARGET = "target"
    EXIT = "exit"
    """Closes the rest at market: time, cancellation, or failed protection."""


class ExitReason(StrEnum):
    """Why a position is closed at market."""

    TIME = "time"
    """The plan's `max_hold` is over."""
    CANCELLED = "cancelled"
    """Somebody cancelled the plan and asked to close its position."""
    GIVEN_BACK = "given_back"
    """Its exits traded more than its entry: what they took from other plans is given back."""
    UNPROTECTED = "unprotected"
    """The venue refused its stop or target: the trigger had passed, or too often."""


class OrderState(StrEnum):
    """Where one of our orders is."""

    PENDING = "pending"
    """Intended; no answer is recorded yet."""
    UNKNOWN = "unknown"
    """Sent, perhaps landed: only proof ends this."""
    OPEN = "open"
    """Works at the venue: rests, or waits for its trigger."""
    TRIGGERED = "triggered"
    """Its trigger was touched; it trades now."""
    FILLED = "filled"
    """Traded to its whole size."""
    CANCELLED = "cancelled"
    """Ended with something unfilled."""
    REJECTED = "rejected"
    """The venue refused it."""
    NEVER_LANDED = "never_landed"
    """Proved: the venue never admitted it, and never can."""
    UNRECOGNISED = "unrecognised"
    """The venue reports a status that we do not know: watched, nothing assumed."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more of it can trade."""
        return self in _OVER


_OVER = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.NEVER_LANDED}
)
