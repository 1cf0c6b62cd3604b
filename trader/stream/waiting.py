"""The waiting plans, by the price levels that can change their verdicts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from trader.conditions.condition import Condition
from trader.conditions.evaluation import Verdict, evaluate
from trader.conditions.levels import LevelIndex
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import EntryDenied
from trader.lifecycle.stage import Stage
from trader.market.quote import PriceSource, Quote
from trader.stream.prices import Moves

_NO_AGE = timedelta()


@dataclass(slots=True)
class _Waiting:
    seq: int
    symbol: str
    condition: Condition
    armed: frozenset[str]


class WaitingPlans:
    """Says which plans are to be checked: their condition holds now, or something of it armed.

    It judges by the last price of each source, whatever its age, so that it misses nothing; the
    check itself judges strictly.
    """

    def __init__(self) -> None:
        self._plans: dict[str, _Waiting] = {}
        self._levels = LevelIndex()

    @property
    def symbols(self) -> frozenset[str]:
        """Those of the plans."""
        return frozenset(waiting.symbol for waiting in self._plans.values())

    @property
    def marked(self) -> frozenset[str]:
        """The symbols of which a plan looks at the mark."""
        return frozenset(s for s in self.symbols if self._levels.watches((s, PriceSource.MARK)))

    def refresh(
        self, lifecycles: Iterable[Lifecycle], quote_of: Callable[[str], Quote]
    ) -> frozenset[str]:
        """Hold exactly these; judges those that are new or changed. The plans to be checked."""
        there = {
            lifecycle.lifecycle_id: lifecycle
            for lifecycle in lifecycles
            if lifecycle.stage is Stage.MONITOR
        }
        for gone in self._plans.keys() - there.keys():
            del self._plans[gone]
            self._levels.drop(gone)
        changed = [found for found in there.values() if self._is_changed(found)]
        judged = [found.lifecycle_id for found in changed if self._hold(found)]
        return frozenset(
            key for key in judged if self._calls(key, quote_of(self._plans[key].symbol))
        )

    def moved(self, moves: Moves, quote: Quote) -> frozenset[str]:
        """The plans to be checked after these movements, which have led to this quote."""
        touched: set[str] = set()
        for source, (before, after) in moves.items():
            touched |= self._levels.touched((quote.symbol, source), before, after)
        return frozenset(key for key in touched if self._calls(key, quote))

    def _is_changed(self, lifecycle: Lifecycle) -> bool:
        known = self._plans.get(lifecycle.lifecycle_id)
        return known is None or known.seq != lifecycle.seq

    def _hold(self, lifecycle: Lifecycle) -> bool:
        """Whether to judge it at once.

        One that was just denied is left to the next movement or heartbeat: what stopped it
        would stop it again.
        """
        plan = lifecycle.plan
        if plan is None:
            return False
        key = lifecycle.lifecycle_id
        self._plans[key] = _Waiting(lifecycle.seq, plan.symbol, plan.entry, lifecycle.armed)
        self._levels.put(key, plan.symbol, plan.entry)
        return not isinstance(lifecycle.history[-1][1], EntryDenied)

    def _calls(self, key: str, quote: Quote) -> bool:
        waiting = self._plans[key]
        found = evaluate(waiting.condition, quote, waiting.armed, quote.observed_at, _NO_AGE)
        newly_armed = found.newly_armed - waiting.armed
        waiting.armed |= newly_armed
        return found.verdict is Verdict.TRUE or bool(newly_armed)
