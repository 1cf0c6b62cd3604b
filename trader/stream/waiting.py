"""The waiting plans, by the price levels that can change their verdicts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from trader.conditions.condition import Condition
from trader.conditions.evaluation import Verdict, evaluate
from trader.conditions.levels import LevelIndex
from trader.lifecycle.changes import Changes
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import EntryRearmed
from trader.lifecycle.stage import Stage
from trader.risk.events import EntryDenied
from trader.stream.prices import Moves
from trader.venues.quote import PriceSource, Quote

_NO_AGE = timedelta()


@dataclass(slots=True)
class _Waiting:
    symbol: str
    condition: Condition
    armed: frozenset[str]


class WaitingPlans:
    """Says which plans are to be checked: their condition holds now, or something of it armed.

    It judges by the last price of each source, whatever its age, so that it misses nothing; the
    check itself judges strictly. Of a plan it keeps only what that takes.
    """

    def __init__(self) -> None:
        self._plans: dict[str, _Waiting] = {}
        self._levels = LevelIndex()
        self._symbols: Counter[str] = Counter()

    @property
    def symbols(self) -> frozenset[str]:
        """Those of the plans."""
        return frozenset(self._symbols)

    @property
    def marked(self) -> frozenset[str]:
        """The symbols of which a plan looks at the mark."""
        return frozenset(s for s in self._symbols if self._levels.watches((s, PriceSource.MARK)))

    def refresh(self, changes: Changes, quote_of: Callable[[str], Quote]) -> frozenset[str]:
        """Take the changes in, and judge the plans that are new or changed: those to be checked."""
        for key in (*changes.gone, *(found.lifecycle_id for found in changes.lifecycles)):
            self._drop(key)
        judged = [found.lifecycle_id for found in changes.lifecycles if self._hold(found)]
        return frozenset(
            key for key in judged if self._calls(key, quote_of(self._plans[key].symbol))
        )

    def moved(self, moves: Moves, quote: Quote) -> frozenset[str]:
        """The plans to be checked after these movements, which have led to this quote."""
        touched: set[str] = set()
        for source, (before, after) in moves.items():
            touched |= self._levels.touched((quote.symbol, source), before, after)
        return frozenset(key for key in touched if self._calls(key, quote))

    def _drop(self, key: str) -> None:
        waiting = self._plans.pop(key, None)
        if waiting is None:
            return
        self._levels.drop(key)
        self._symbols[waiting.symbol] -= 1
        if not self._symbols[waiting.symbol]:
            del self._symbols[waiting.symbol]

    def _hold(self, lifecycle: Lifecycle) -> bool:
        """Whether to judge it at once.

        One that was just kept from its entry is left to the next movement, the end of its wait or
        the heartbeat: what stopped it would stop it again.
        """
        plan = lifecycle.plan
        if plan is None or lifecycle.stage is not Stage.MONITOR:
            return False
        key = lifecycle.lifecycle_id
        self._plans[key] = _Waiting(plan.symbol, plan.entry, lifecycle.armed)
        self._levels.put(key, plan.symbol, plan.entry)
        self._symbols[plan.symbol] += 1
        return not isinstance(lifecycle.history[-1][1], EntryDenied | EntryRearmed)

    def _calls(self, key: str, quote: Quote) -> bool:
        waiting = self._plans[key]
        found = evaluate(waiting.condition, quote, waiting.armed, quote.observed_at, _NO_AGE)
        newly_armed = found.newly_armed - waiting.armed
        waiting.armed |= newly_armed
        return found.verdict is Verdict.TRUE or bool(newly_armed)
