"""Writes inputs down before anybody hears of what they did."""

from typing import Any

from local_exchange.engine.timeline import MAX_STEPS
from local_exchange.inputs.log import Entry, InputLog
from local_exchange.inputs.machine import APPLIED
from local_exchange.inputs.model import Input, TimePassed
from local_exchange.inputs.recovery import checksum

MINUTE_MS = 60_000


class Recorder:
    """Steps of the market that touched no account are merged into one entry as long as that gives
    the same market: within a minute (a bar of the candles), and without longer steps.
    """

    def __init__(self, log: InputLog, step_ms: int) -> None:
        self._log = log
        self._step_ms = step_ms
        self._waiting: TimePassed | None = None
        self._waiting_since_ms = 0

    def record(self, change: Input, answer: dict[str, Any]) -> None:
        """Returns once the input is on the disk; raises LogUnusableError if that fails."""
        self.flush()
        self._log.append(Entry(change=change, answer=checksum(answer)), is_durable=True)

    def defer(self, step: TimePassed, before_ms: int) -> None:
        """Note a step from `before_ms` on that nobody needs to find again after a crash."""
        self._log.require_intact()
        if not self._merges(step):
            self.flush()
            self._waiting_since_ms = before_ms
        self._waiting = step

    def flush(self) -> None:
        """Write the steps that wait."""
        if self._waiting is not None:
            entry = Entry(change=self._waiting, answer=checksum(APPLIED))
            self._log.append(entry, is_durable=False)
            self._waiting = None

    def close(self) -> None:
        """Write what waits, and let the log go."""
        try:
            self.flush()
        finally:
            self._log.close()

    def _merges(self, step: TimePassed) -> bool:
        if self._waiting is None:
            return False
        is_same_minute = step.now_ms // MINUTE_MS == self._waiting.now_ms // MINUTE_MS
        span = step.now_ms - self._waiting_since_ms
        return is_same_minute and span // MAX_STEPS <= self._step_ms
