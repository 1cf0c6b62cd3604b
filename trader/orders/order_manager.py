"""The seed's OrderManager: a plan's orders from its trigger until nothing works any more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from trader.clock import Clock
from trader.errors import Retryable
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.stage import Stage
from trader.orders.ending import ending, was_refused_with_others
from trader.orders.entries import Entries, Refusal
from trader.orders.entry_check import check_waiting
from trader.orders.sender import Placement, Sender
from trader.orders.tracker import Tracker
from trader.risk.limits import RiskLimits
from trader.strands.store import SequenceConflict
from trader.streams.event import Event
from trader.venues.quote import Quote

log = structlog.get_logger()


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
        lifecycle = self.journal.load(lifecycle_id)
        return check_waiting(self.journal, lifecycle, quote, self.clock(), self.limits)

    def place_order_when_ready(self, lifecycle_id: str) -> Stage:
        """Size, control and send the entry of a triggered plan; the stage afterwards."""
        lifecycle = self.journal.load(lifecycle_id)
        if lifecycle.stage is not Stage.PLACE:
            return lifecycle.stage
        decision = self.entries.decide(lifecycle)
        if isinstance(decision, Placement):
            return self.sender.place(decision).stage
        return self.journal.append(lifecycle, (decision.event,), decision.at).stage

    def place_orders_when_ready(self, lifecycle_ids: Sequence[str]) -> dict[str, Stage]:
        """The same for several plans, whose orders go out together; their stages afterwards.

        Post-only orders go apart from those that may take: the venue gives them another priority.
        Each plan fails alone: what keeps one from its order is logged, and keeps no other from its
        own; a plan that is left at its stage is sent on by the next sweep.
        """
        loaded = self.journal.load_many(lifecycle_ids)
        for lifecycle_id, error in loaded.unreadable.items():
            log.error("a plan cannot be read", lifecycle_id=lifecycle_id, why=str(error))
        ready = [lc for lc in loaded.lifecycles.values() if lc.stage is Stage.PLACE]
        decided = self.entries.decide_together(ready)
        after = self._carry_out(decided.refusals, decided.groups())
        apart = self._set_apart(after)
        again = self.entries.decide_together([lc for lc in apart if lc.stage is Stage.PLACE])
        after += apart + self._carry_out(again.refusals, again.singles())
        return {lc.lifecycle_id: lc.stage for lc in (*loaded.lifecycles.values(), *after)}

    def _carry_out(
        self, refusals: Iterable[Refusal], groups: Iterable[Sequence[Placement]]
    ) -> list[Lifecycle]:
        """Write the refusals and send the orders; the plans afterwards for which that was done."""
        changes = [(refusal.lifecycle, refusal.event, refusal.at) for refusal in refusals]
        placed = [lc for group in groups for lc in self.sender.place_together(group)]
        return self._append_apart(changes) + placed

    def _set_apart(self, lifecycles: Iterable[Lifecycle]) -> list[Lifecycle]:
        """The plans whose entries were refused with others, which end, or are to be placed again.

        Those are decided once more, and placed on their own: the wrong order may be their own.
        """
        now = self.clock()
        refused = [lc for lc in lifecycles if was_refused_with_others(lc)]
        return self._append_apart([(lc, ending(lc, plan_of(lc), now), now) for lc in refused])

    def _append_apart(
        self, changes: Iterable[tuple[Lifecycle, Event, datetime]]
    ) -> list[Lifecycle]:
        """Append to each of these plans, but for those that somebody else has moved on."""
        after = []
        for lifecycle, event, at in changes:
            try:
                after.append(self.journal.append(lifecycle, (event,), at))
            except SequenceConflict as conflict:
                log.warning(
                    "a plan moved on meanwhile",
                    lifecycle_id=lifecycle.lifecycle_id,
                    why=str(conflict),
                )
        return after

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
