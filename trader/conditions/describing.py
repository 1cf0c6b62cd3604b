"""A condition in words."""

from trader.conditions.condition import (
    All,
    AnyOf,
    BreakoutAbove,
    BreakoutBelow,
    Condition,
    Immediately,
    Not,
    PriceAbove,
    PriceBelow,
)
from trader.conditions.figures import figure


def describe(condition: Condition) -> str:
    """One line for people; the words of a single leg can be parsed again."""
    match condition:
        case Immediately():
            return "immediately"
        case PriceAbove():
            return f"{condition.source} above {figure(condition.level)}"
        case PriceBelow():
            return f"{condition.source} below {figure(condition.level)}"
        case BreakoutAbove():
            return f"{condition.source} breaks out above {figure(condition.level)}"
        case BreakoutBelow():
            return f"{condition.source} breaks out below {figure(condition.level)}"
        case All():
            return " and ".join(_enclosed(part) for part in condition.conditions)
        case AnyOf():
            return " or ".join(_enclosed(part) for part in condition.conditions)
        case Not():
            return f"not ({describe(condition.condition)})"


def _enclosed(part: Condition) -> str:
    is_joined = isinstance(part, All | AnyOf) and len(part.conditions) > 1
    return f"({describe(part)})" if is_joined else describe(part)
