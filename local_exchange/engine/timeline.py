"""What time sets off: market steps, premium samples, funding, scheduled cancels, in order."""

from local_exchange.engine.cancellation import ScheduledCancels
from local_exchange.engine.funding import SAMPLE_MS, Funding
from local_exchange.engine.market import Market
from local_exchange.engine.state import State

HOUR_MS = 3_600_000
MAX_STEPS = 600
"""A longer absence is caught up in this many longer steps."""


class Timeline:
    """Walks the exchange's time forward."""

    def __init__(
        self, state: State, market: Market, funding: Funding, scheduled: ScheduledCancels
    ) -> None:
        self._state = state
        self._market = market
        self._funding = funding
        self._scheduled = scheduled
        self._frozen = state.config.market.frozen
        self._last_step = state.now
        self._next_sample = _next_multiple(state.now, SAMPLE_MS)
        self._next_hour = _next_multiple(state.now, HOUR_MS)

    def advance(self, now: int) -> None:
        """Do everything that is due up to `now`; an earlier time changes nothing."""
        if now <= self._state.now:
            return
        step = max(self._state.config.market.step_ms, (now - self._state.now) // MAX_STEPS)
        while (due := self._next_due(step)) <= now:
            self._state.now = due
            self._run(due, step)
        self._state.now = now
        if self._frozen:
            self._market.stand_still()

    def _next_due(self, step: int) -> int:
        due = self._next_hour
        scheduled = self._scheduled.next_time()
        if scheduled is not None:
            due = min(due, max(scheduled, self._state.now))
        if not self._frozen:
            due = min(due, self._last_step + step, self._next_sample)
        return due

    def _run(self, due: int, step: int) -> None:
        if not self._frozen and due >= self._last_step + step:
            self._market.step(due - self._last_step)
            self._last_step = due
        if due >= self._next_sample:
            self._funding.sample()
            self._next_sample = _next_multiple(due, max(SAMPLE_MS, step))
        if due >= self._next_hour:
            self._funding.charge()
            self._next_hour = _next_multiple(due, HOUR_MS)
        scheduled = self._scheduled.next_time()
        if scheduled is not None and due >= scheduled:
            self._scheduled.fire()


def _next_multiple(now: int, length: int) -> int:
    return now - now % length + length
