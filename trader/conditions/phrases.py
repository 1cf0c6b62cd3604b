"""Conditions as people write them: "breakout above 30000", "price_below_29500", "immediately"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from trader.conditions.condition import (
    BreakoutAbove,
    BreakoutBelow,
    Condition,
    Immediately,
    PriceAbove,
    PriceBelow,
    PriceCondition,
)
from trader.conditions.figures import read_figure
from trader.conditions.quoting import as_written
from trader.conditions.unparseable import UnparseableCondition
from trader.venues.quote import PriceSource

_LONGEST: Final = 200
_WORD: Final = re.compile(r"[^\s_]+")
_SOURCES: Final = {"price": PriceSource.MID} | {source.value: source for source in PriceSource}
_BREAKOUTS: Final = (("breakout",), ("breaks", "out"), ("breaks",))
_LEVELLED: Final[Mapping[tuple[bool, str], type[PriceCondition]]] = {
    (False, "above"): PriceAbove,
    (False, "below"): PriceBelow,
    (True, "above"): BreakoutAbove,
    (True, "below"): BreakoutBelow,
}


@dataclass(slots=True)
class _Words:
    """The words of a phrase, taken one after another."""

    text: str
    path: str
    words: list[re.Match[str]]
    taken: int = 0

    def peek(self) -> str | None:
        return self.words[self.taken].group().lower() if self.taken < len(self.words) else None

    def take(self, *expected: str) -> bool:
        """Take these words when they come next."""
        found = [word.group().lower() for word in self.words[self.taken :][: len(expected)]]
        if found != list(expected):
            return False
        self.taken += len(expected)
        return True

    def unparseable(self, expected: str) -> UnparseableCondition:
        """The error at the next word."""
        if self.taken < len(self.words):
            word = self.words[self.taken]
            found, position = as_written(word.group()), word.start() + 1
        else:
            found, position = "the end", len(self.text) + 1
        problem = f"expected {expected} at character {position}, found {found}"
        return UnparseableCondition(self.path, self.text, problem)


def parse_phrase(text: str, path: str) -> Condition:
    """Read `immediately` or `[price|mid|mark|bid|ask] [breakout|breaks [out]] above|below LEVEL`.

    Words are separated by spaces or underscores; capitals do not matter; "price" is the mid.
    Raises UnparseableCondition with the position of the first word that does not fit.
    """
    if len(text) > _LONGEST:
        raise UnparseableCondition(path, text, f"is longer than {_LONGEST} characters")
    words = _Words(text, path, list(_WORD.finditer(text)))
    condition = Immediately() if words.take("immediately") else _levelled(words)
    if words.peek() is not None:
        raise words.unparseable("the end")
    return condition


def _levelled(words: _Words) -> Condition:
    source = _source(words)
    is_breakout = any(words.take(*spelling) for spelling in _BREAKOUTS)
    side = words.peek()
    if side not in ("above", "below"):
        raise words.unparseable("above or below")
    words.take(side)
    return _LEVELLED[is_breakout, side](level=_level(words), source=source)


def _source(words: _Words) -> PriceSource:
    source = _SOURCES.get(words.peek() or "")
    if source is None:
        return PriceSource.MID
    words.taken += 1
    return source


def _level(words: _Words) -> Decimal:
    try:
        level = read_figure(words.peek())
    except ValueError as error:
        raise words.unparseable("a price") from error
    if level <= 0:
        raise words.unparseable("a price above 0")
    words.taken += 1
    return level
