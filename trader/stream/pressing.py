"""Which plans cannot wait for the heartbeat: they are tracked until they can."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Stage
from trader.orders.step import Exit, Place, Record, next_step
from trader.venues.instrument import Instrument

DOUBT_PAUSE = timedelta(seconds=2)
"""How long whoever sent an order, or looked for its fate, is given before another look."""
BARE_PAUSE = timedelta(seconds=1)
"""The same for whoever protects a position, or closes it."""


class Pressing:
    """Calls again and again for each plan in doubt, or with a position to protect or to leave.

    Whoever deals with it comes back by himself, for a while, unless the venue refused what he
    sent; should he be killed, or the broker lose his message, nobody would before the heartbeat.
    """

    def __init__(self) -> None:
        self._called: dict[str, datetime] = {}

    def due(
        self,
        lifecycles: Iterable[Lifecycle],
        instruments: Mapping[str, Instrument],
        now: datetime,
    ) -> frozenset[str]:
        """Those of these plans that are to be tracked now, each once a pause."""
        pauses = {
            found.lifecycle_id: pause
            for found in lifecycles
            if (pause := _pause(found, instruments, now))
        }
        called = {key: at for key, at in self._called.items() if key in pauses}
        due = frozenset(
            key
            for key, pause in pauses.items()
            if key not in called or _is_over(called[key], pause, now)
        )
        self._called = called | dict.fromkeys(due, now)
        return due


def _pause(
    lifecycle: Lifecycle, instruments: Mapping[str, Instrument], now: datetime
) -> timedelta | None:
    """How often the plan is to be called for; None when it can wait, or somebody is at it."""
    if _has_order_to_send(lifecycle, instruments, now):
        return BARE_PAUSE if _is_over(lifecycle.updated_at, BARE_PAUSE, now) else None
    intents = (lifecycle.intents[intent_id] for intent_id in lifecycle.unanswered)
    if any(_is_over(intent.intended_at, DOUBT_PAUSE, now) for intent in intents):
        return DOUBT_PAUSE
    return None


def _has_order_to_send(
    lifecycle: Lifecycle, instruments: Mapping[str, Instrument], now: datetime
) -> bool:
    """Whether it lacks a stop or is to leave, and the venue may be asked again by now."""
    plan = lifecycle.plan
    if plan is None or lifecycle.stage is not Stage.TRACK or lifecycle.held == 0:
        return False
    if lifecycle.exit_reason is None and not lifecycle.is_bare:
        return False
    instrument = instruments.get(plan.symbol)
    if instrument is None:
        return False
    step = next_step(lifecycle, plan, instrument, None, now)
    return isinstance(step, Place | Exit | Record)


def _is_over(began: datetime, pause: timedelta, now: datetime) -> bool:
    """Whether a pause that began then is over; one that began later than now never was."""
    return not timedelta(0) <= now - began < pause
