"""The order state machine: what may be said of an order, and where that leaves it. Pure.

What was said (a signal) and where the order is (a state) are two things, as FIX keeps ExecType and
OrdStatus apart. Every pair of them stands in one of two tables: TRANSITIONS holds the legal ones,
IMPOSSIBLE the others, with the state in which an order is safely watched on all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import OrderState


@dataclass(frozen=True, slots=True)
class Impossible:
    """The signal contradicts the state. The order goes on as this: watched rather than lost."""

    goes_on_as: OrderState


_ANSWERED = {
    Signal.ANSWERED_RESTING: OrderState.OPEN,
    Signal.ANSWERED_FILLED: OrderState.FILLED,
    Signal.ANSWERED_FILLED_IN_PART: OrderState.OPEN,
    Signal.ANSWERED_REST_CANCELLED: OrderState.CANCELLED,
    Signal.ANSWERED_REJECTED: OrderState.REJECTED,
    Signal.ANSWERED_UNRECOGNISED: OrderState.UNKNOWN,
}
_REPORTED = {
    Signal.REPORTED_OPEN: OrderState.OPEN,
    Signal.REPORTED_TRIGGERED: OrderState.TRIGGERED,
    Signal.REPORTED_FILLED: OrderState.FILLED,
    Signal.REPORTED_CANCELLED: OrderState.CANCELLED,
    Signal.REPORTED_REJECTED: OrderState.REJECTED,
    Signal.REPORTED_UNRECOGNISED: OrderState.UNRECOGNISED,
}
_LANDED = {
    Signal.TRADED_IN_PART: OrderState.OPEN,
    Signal.TRADED_IN_FULL: OrderState.FILLED,
}
_IN_DOUBT = {
    **_ANSWERED,
    **_REPORTED,
    **_LANDED,
    Signal.OUTCOME_UNKNOWN: OrderState.UNKNOWN,
    Signal.PROVED_DEAD: OrderState.NEVER_LANDED,
}
_AT_WORK = {
    **_REPORTED,
    Signal.ANSWERED_FILLED: OrderState.FILLED,
    Signal.ANSWERED_REST_CANCELLED: OrderState.CANCELLED,
    Signal.FORGOTTEN: OrderState.CANCELLED,
    Signal.TRADED_IN_FULL: OrderState.FILLED,
}

_News = Mapping[OrderState, Mapping[Signal, OrderState]]

_NEWS: _News = {
    OrderState.PENDING: _IN_DOUBT,
    OrderState.UNKNOWN: _IN_DOUBT,
    OrderState.OPEN: {**_AT_WORK, Signal.TRADED_IN_PART: OrderState.OPEN},
    OrderState.TRIGGERED: {**_AT_WORK, Signal.TRADED_IN_PART: OrderState.TRIGGERED},
    OrderState.UNRECOGNISED: {**_AT_WORK, Signal.TRADED_IN_PART: OrderState.UNRECOGNISED},
    # Its trades may arrive after the word of its end, and a trade may overtake a cancellation.
    OrderState.FILLED: {
        Signal.TRADED_IN_PART: OrderState.FILLED,
        Signal.TRADED_IN_FULL: OrderState.FILLED,
    },
    OrderState.CANCELLED: {
        Signal.TRADED_IN_PART: OrderState.CANCELLED,
        Signal.TRADED_IN_FULL: OrderState.FILLED,
    },
    # A refusal goes well with having never landed; a reply that nobody can read renews the doubt.
    OrderState.NEVER_LANDED: {
        Signal.ANSWERED_REJECTED: OrderState.REJECTED,
        Signal.REPORTED_REJECTED: OrderState.REJECTED,
        Signal.ANSWERED_UNRECOGNISED: OrderState.UNKNOWN,
    },
}

_LATE_AT_WORK = (
    Signal.ANSWERED_RESTING,
    Signal.ANSWERED_FILLED_IN_PART,
    Signal.ANSWERED_REJECTED,
    Signal.ANSWERED_UNRECOGNISED,
    Signal.OUTCOME_UNKNOWN,
)
_LATE_AFTER_THE_END = (
    Signal.REPORTED_OPEN,
    Signal.REPORTED_TRIGGERED,
    Signal.REPORTED_UNRECOGNISED,
    Signal.FORGOTTEN,
    Signal.OUTCOME_UNKNOWN,
)

_LATE: Mapping[OrderState, Iterable[Signal]] = {
    # Not to be found is no proof: that is for the resolver to say.
    OrderState.PENDING: (Signal.FORGOTTEN,),
    OrderState.UNKNOWN: (Signal.FORGOTTEN,),
    OrderState.OPEN: _LATE_AT_WORK,
    OrderState.TRIGGERED: _LATE_AT_WORK,
    OrderState.UNRECOGNISED: _LATE_AT_WORK,
    OrderState.FILLED: (*_ANSWERED, *_LATE_AFTER_THE_END, Signal.REPORTED_FILLED),
    # The venue calls an order that it has shrunk filled; its reply was that a rest is cancelled.
    OrderState.CANCELLED: (
        *_ANSWERED,
        *_LATE_AFTER_THE_END,
        Signal.REPORTED_FILLED,
        Signal.REPORTED_CANCELLED,
        Signal.REPORTED_REJECTED,
    ),
    OrderState.REJECTED: (
        *_LATE_AFTER_THE_END,
        Signal.ANSWERED_REJECTED,
        Signal.ANSWERED_UNRECOGNISED,
        Signal.REPORTED_REJECTED,
        Signal.PROVED_DEAD,
    ),
    OrderState.NEVER_LANDED: (Signal.FORGOTTEN, Signal.OUTCOME_UNKNOWN, Signal.PROVED_DEAD),
}

STALE = frozenset((state, signal) for state, signals in _LATE.items() for signal in signals)
"""The legal pairs in which the signal is late and harmless: the state stays as it is."""

TRANSITIONS: Mapping[tuple[OrderState, Signal], OrderState] = {
    (state, signal): to for state, news in _NEWS.items() for signal, to in news.items()
} | {(state, signal): state for state, signal in STALE}
"""Every legal pair, and the state that it leads to."""

_TOO_MUCH = {Signal.TRADED_TOO_MUCH: OrderState.FILLED}
_ALIVE_AFTER_ALL = {
    **_TOO_MUCH,
    **_LANDED,
    Signal.ANSWERED_RESTING: OrderState.OPEN,
    Signal.ANSWERED_FILLED: OrderState.FILLED,
    Signal.ANSWERED_FILLED_IN_PART: OrderState.OPEN,
    Signal.ANSWERED_REST_CANCELLED: OrderState.CANCELLED,
    Signal.REPORTED_FILLED: OrderState.FILLED,
    Signal.REPORTED_CANCELLED: OrderState.CANCELLED,
    Signal.REPORTED_REOPENED: OrderState.UNRECOGNISED,
}


def _staying(state: OrderState, *signals: Signal) -> Mapping[Signal, OrderState]:
    return {**_TOO_MUCH, **dict.fromkeys(signals, state)}


_CONTRADICTED: _News = {
    OrderState.PENDING: _staying(OrderState.PENDING, Signal.REPORTED_REOPENED),
    OrderState.UNKNOWN: _staying(OrderState.UNKNOWN, Signal.REPORTED_REOPENED),
    **{
        state: _staying(state, Signal.REPORTED_REOPENED, Signal.PROVED_DEAD)
        for state in (OrderState.OPEN, OrderState.TRIGGERED, OrderState.UNRECOGNISED)
    },
    # Nothing of a filled order is left that could work.
    OrderState.FILLED: _staying(
        OrderState.FILLED,
        Signal.REPORTED_CANCELLED,
        Signal.REPORTED_REJECTED,
        Signal.REPORTED_REOPENED,
        Signal.PROVED_DEAD,
    ),
    OrderState.CANCELLED: {
        **_staying(OrderState.CANCELLED, Signal.PROVED_DEAD),
        Signal.REPORTED_REOPENED: OrderState.UNRECOGNISED,
    },
    OrderState.REJECTED: _ALIVE_AFTER_ALL,
    OrderState.NEVER_LANDED: {
        **_ALIVE_AFTER_ALL,
        Signal.REPORTED_OPEN: OrderState.OPEN,
        Signal.REPORTED_TRIGGERED: OrderState.TRIGGERED,
        Signal.REPORTED_UNRECOGNISED: OrderState.UNRECOGNISED,
    },
}

IMPOSSIBLE: Mapping[tuple[OrderState, Signal], OrderState] = {
    (state, signal): to
    for state, signals in _CONTRADICTED.items()
    for signal, to in signals.items()
}
"""Every other pair, and the state in which the order goes on."""


def transition(state: OrderState, signal: Signal) -> OrderState | Impossible:
    """The state after the signal, or that no order in this state can be told so."""
    legal = TRANSITIONS.get((state, signal))
    return Impossible(IMPOSSIBLE[state, signal]) if legal is None else legal


def state_after(state: OrderState, signal: Signal) -> OrderState:
    """The state in which the order goes on, whether the signal is legal or not."""
    after = transition(state, signal)
    return after.goes_on_as if isinstance(after, Impossible) else after
