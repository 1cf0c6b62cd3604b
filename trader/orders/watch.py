"""The heartbeat's look at all waiting plans."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trader.clock import Clock
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Stage
from trader.orders.entry_check import check_waiting
from trader.risk.limits import RiskLimits
from trader.strands.store import SequenceConflict
from trader.venues.quote import Quote


@dataclass(frozen=True, slots=True)
class EntryWatch:
    """Judges every waiting plan on the given quotes. Needs neither a venue nor a key."""

    journal: Journal
    waiting: LifecycleCache
    clock: Clock
    limits: RiskLimits

    def triggered(self, quotes: Mapping[str, Quote]) -> Iterator[str]:
        """Append what changed, and yield each plan whose condition now holds."""
        for lifecycle in self.waiting.sweep():
            if self._judge(lifecycle, quotes) is Stage.PLACE:
                yield lifecycle.lifecycle_id

    def _judge(self, lifecycle: Lifecycle, quotes: Mapping[str, Quote]) -> Stage:
        quote = quotes.get(lifecycle.plan.symbol) if lifecycle.plan else None
        try:
            return check_waiting(self.journal, lifecycle, quote, self.clock(), self.limits)
        except SequenceConflict:
            return Stage.MONITOR
