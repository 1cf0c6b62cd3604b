"""The legs of a condition: its leaves, each under a key that never changes."""

from collections.abc import Iterator
from typing import TypeAlias

from trader.conditions.condition import (
    All,
    AnyOf,
    Condition,
    Immediately,
    Not,
    PriceCondition,
)

ROOT = "0"
"""The key of the whole condition; its parts are 0.0, 0.1, ..., their parts 0.0.0, ..."""

Leg: TypeAlias = Immediately | PriceCondition


def part_key(key: str, position: int) -> str:
    """The key of the part at that position."""
    return f"{key}.{position}"


def legs(condition: Condition, key: str = ROOT) -> Iterator[tuple[str, Leg]]:
    """Every leg with its key, in the order written."""
    if isinstance(condition, All | AnyOf):
        for position, part in enumerate(condition.conditions):
            yield from legs(part, part_key(key, position))
    elif isinstance(condition, Not):
        yield from legs(condition.condition, part_key(key, 0))
    else:
        yield key, condition
