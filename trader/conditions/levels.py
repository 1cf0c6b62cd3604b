"""Which waiting conditions a price movement can change: levels, sorted by symbol and source.

A leg compares one price with one level, so its verdict changes only when the price comes to the
level, leaves it, or passes it. A movement that touches no level of a condition leaves its verdict,
and what it has armed, as they were. A movement costs O(log n + hits), however many levels wait.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from sortedcontainers import SortedDict

from trader.conditions.condition import Condition, Immediately
from trader.conditions.legs import legs
from trader.venues.quote import PriceSource

Feed: TypeAlias = tuple[str, PriceSource]
"""A symbol, and which of its prices."""


class LevelIndex:
    """The levels of conditions under ids of the caller's. For one thread."""

    def __init__(self) -> None:
        self._ids: dict[Feed, SortedDict] = {}
        self._places: dict[str, frozenset[tuple[Feed, Decimal]]] = {}

    def put(self, key: str, symbol: str, condition: Condition) -> None:
        """Watch the levels of this condition; replaces what the id had."""
        self.drop(key)
        self._places[key] = frozenset(_places(symbol, condition))
        for feed, level in self._places[key]:
            self._ids.setdefault(feed, SortedDict()).setdefault(level, set()).add(key)

    def drop(self, key: str) -> None:
        """Forget the id; nothing happens when it is unknown."""
        for feed, level in self._places.pop(key, frozenset()):
            keys = self._ids[feed][level]
            keys.remove(key)
            if not keys:
                del self._ids[feed][level]
            if not self._ids[feed]:
                del self._ids[feed]

    def touched(self, feed: Feed, before: Decimal | None, after: Decimal | None) -> set[str]:
        """The ids whose verdict the movement can change.

        A price that appears or disappears (None) can change each of the feed.
        """
        levels = self._ids.get(feed)
        if levels is None or before == after:
            return set()
        if before is None or after is None:
            return set().union(*levels.values())
        passed = levels.irange(min(before, after), max(before, after))
        return set().union(*(levels[level] for level in passed))

    def watches(self, feed: Feed) -> bool:
        """Whether some condition looks at this price."""
        return feed in self._ids


def _places(symbol: str, condition: Condition) -> Iterator[tuple[Feed, Decimal]]:
    for _, leg in legs(condition):
        if not isinstance(leg, Immediately):
            yield (symbol, leg.source), leg.level
