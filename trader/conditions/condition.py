"""The entry-condition language as data.

A condition is a tree: prices against levels, joined by all, any and not. Its JSON form is what
a plan strand keeps, for example
`{"all": [{"price_above": {"level": "30000"}}, {"price_below": {"level": "31000"}}]}` is written
as `{"type": "all", "conditions": [{"type": "price_above", "level": "30000"}, ...]}`.
"""

from typing import Annotated, Literal

from pydantic import Field

from trader.model import Record
from trader.money import Price
from trader.venues.quote import PriceSource


class Immediately(Record):
    """True at once: the plan does not wait."""

    type: Literal["immediately"] = "immediately"


class PriceAbove(Record):
    """True while the price is strictly above the level."""

    type: Literal["price_above"] = "price_above"
    level: Price
    source: PriceSource = PriceSource.MID


class PriceBelow(Record):
    """True while the price is strictly below the level."""

    type: Literal["price_below"] = "price_below"
    level: Price
    source: PriceSource = PriceSource.MID


class BreakoutAbove(Record):
    """True when the price is strictly above the level after it was seen at or below it."""

    type: Literal["breakout_above"] = "breakout_above"
    level: Price
    source: PriceSource = PriceSource.MID


class BreakoutBelow(Record):
    """True when the price is strictly below the level after it was seen at or above it."""

    type: Literal["breakout_below"] = "breakout_below"
    level: Price
    source: PriceSource = PriceSource.MID


class All(Record):
    """True when every part is true; false when one is false; else unknown."""

    type: Literal["all"] = "all"
    conditions: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(Record):
    """True when one part is true; false when all are false; else unknown."""

    type: Literal["any"] = "any"
    conditions: tuple["Condition", ...] = Field(min_length=1)


class Not(Record):
    """The opposite of its part; unknown stays unknown."""

    type: Literal["not"] = "not"
    condition: "Condition"


PriceCondition = PriceAbove | PriceBelow | BreakoutAbove | BreakoutBelow

Condition = Annotated[
    Immediately | PriceAbove | PriceBelow | BreakoutAbove | BreakoutBelow | All | AnyOf | Not,
    Field(discriminator="type"),
]

All.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
