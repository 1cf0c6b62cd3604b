"""The seed's OrderManager: a plan's orders from its trigger until nothing works any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from trader.clock import Clock
from trader.errors import Retryable
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage
from trader.market.quote import Quote
from trader.orders.entries import Entries
from trader.orders.entry_check import check_waiting
from trader.orders.sender import Sender
from trader.orders.tracker import Tracker
from trader.risk.limits import RiskLimits


class StillInDoubt(Retryable):
    """An order may or may not be at the venue, and there is no proof yet."""


@dataclass(frozen=True, slots=True)
class OrderManager:
    """Places and follows the orders of plans. Every method may be called twice, by anybody:

    each loads the lifecycle, does nothing when the stage is not its own, and loses the
    compare-and-set (SequenceConflict) when another worker was first.
    """

    journal: Journal
    entries: Entries
    sender: Sender
    tracker: Tracker
    limits: RiskLimits
    clock: Clock

    def monitor_entry_conditions(self, lifecycle_id: str, quote: Quote | None) -> Stage:
        """Judge a waiting plan's entry condition on this quote; the stage afterwards."""
        lifecycle, max_age = self.journal.load(lifecycle_id), self.limits.max_price_age
        return check_waiting(self.journal, lifecycle, quote, self.clock(), max_age)

    def place_order_when_ready(self, lifecycle_id: str) -> Stage:
        """Size, control and send the entry of a triggered plan; the stage afterwards."""
        return self.place_orders_when_ready([lifecycle_id])[lifecycle_id]

    def place_orders_when_ready(self, lifecycle_ids: Sequence[str]) -> dict[str, Stage]:
        """The same for several plans, whose orders go out together; their stages afterwards.

        Post-only orders go apart from those that may take: the venue gives them another priority.
        """
        lifecycles = [self.journal.load(lifecycle_id) for lifecycle_id in lifecycle_ids]
        decided = self.entries.decide([lc for lc in lifecycles if lc.stage is Stage.PLACE])
        ended = [self.journal.append(lc, (event,), at) for lc, event, at in decided.refused]
        placed = [
            lifecycle
            for group in decided.groups()
            for lifecycle in self.sender.place_together(group)
        ]
        return {lc.lifecycle_id: lc.stage for lc in (*lifecycles, *ended, *placed)}

    def track_order_lifecycle(self, lifecycle_id: str) -> Stage:
        """Bring a plan up to what the venue knows, and do what it needs; the stage afterwards.

        Raises StillInDoubt when the fate of an order is not known yet: call again soon.
        """
        lifecycle = self.journal.load(lifecycle_id)
        if lifecycle.stage is not Stage.TRACK:
            return lifecycle.stage
        tracked = self.tracker.track(lifecycle)
        if tracked.unanswered:
            raise StillInDoubt(f"no proof yet of {', '.join(sorted(tracked.unanswered))}")
        return tracked.stage


def grace_of(venue_timeout: timedelta) -> timedelta:
    """How long after an intent its first sender may still be waiting for the answer."""
    return venue_timeout + timedelta(seconds=1)
