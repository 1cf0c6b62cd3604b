"""Turns every known way of writing a condition into one tree, or refuses it.

Nothing is guessed and nothing passes unread: an unknown key, a requirement that cannot be
checked, or a missing level is an error that says where it stands.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

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
    PriceCondition,
)
from trader.conditions.figures import read_figure
from trader.conditions.legs import legs
from trader.conditions.phrases import parse_phrase
from trader.conditions.quoting import key_of
from trader.conditions.unparseable import UnparseableCondition
from trader.venues.quote import PriceSource

MAX_DEPTH: Final = 10
MAX_LEGS: Final = 50

UNCHECKED_REQUIREMENTS: Final = frozenset(
    {
        "volume_confirmation",
        "pattern_confirmation",
        "regime_alignment",
        "confidence_threshold",
        "volume_spike",
        "volatility_threshold",
        "time_based",
    }
)
"""Requirements that other teams write and that we cannot check: only null or false may stand."""

_LEVELLED: Final[Mapping[str, type[PriceCondition]]] = {
    "price_above": PriceAbove,
    "price_below": PriceBelow,
    "breakout_above": BreakoutAbove,
    "breakout_below": BreakoutBelow,
}
_BREAKOUTS: Final[Mapping[object, type[PriceCondition]]] = {
    "above": BreakoutAbove,
    "below": BreakoutBelow,
}
_JOINING: Final = frozenset({"all", "any", "not"})


def parse_condition(raw: object, path: str = "condition") -> Condition:
    """Read a condition: a phrase, a mapping or a list (all of its members).

    `path` is where `raw` stands in what the user wrote; errors name the place below it.
    Raises UnparseableCondition.
    """
    condition = _parse(raw, path, MAX_DEPTH)
    count = sum(1 for _ in legs(condition))
    if count > MAX_LEGS:
        raise UnparseableCondition(path, raw, f"has {count} legs, at most {MAX_LEGS} are allowed")
    return condition


def _parse(raw: object, path: str, depth: int) -> Condition:
    if depth == 0:
        raise UnparseableCondition(path, raw, f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(raw, str):
        return parse_phrase(raw, path)
    if isinstance(raw, list):
        return All(conditions=_members(raw, path, depth))
    if isinstance(raw, Mapping):
        return _parse_mapping(raw, path, depth)
    raise UnparseableCondition(path, raw, "is not a condition")


def _parse_mapping(raw: Mapping[object, object], path: str, depth: int) -> Condition:
    if "type" in raw:
        return _parse_typed(raw, path, depth)
    if _JOINING & raw.keys():
        return _parse_joining(raw, path, depth)
    return _parse_requirements(raw, path)


def _parse_typed(raw: Mapping[object, object], path: str, depth: int) -> Condition:
    """Our own form, as plans are stored: {"type": "price_above", "level": "30000"}."""
    kind = raw["type"]
    if kind == "immediately":
        _allow(raw, {"type"}, path)
        return Immediately()
    if kind in ("all", "any"):
        _allow(raw, {"type", "conditions"}, path)
        members = _members(_need(raw, "conditions", path), f"{path}.conditions", depth)
        return All(conditions=members) if kind == "all" else AnyOf(conditions=members)
    if kind == "not":
        _allow(raw, {"type", "condition"}, path)
        return Not(condition=_parse(_need(raw, "condition", path), f"{path}.condition", depth - 1))
    if isinstance(kind, str) and kind in _LEVELLED:
        _allow(raw, {"type", "level", "source"}, path)
        return _levelled(_LEVELLED[kind], raw, path)
    raise UnparseableCondition(f"{path}.type", kind, "is not a type of condition")


def _parse_joining(raw: Mapping[object, object], path: str, depth: int) -> Condition:
    """{"all": [...]}, {"any": [...]} or {"not": condition}, each alone in its mapping."""
    if len(raw) > 1:
        raise UnparseableCondition(path, raw, "all, any and not must stand alone in their mapping")
    ((key, inner),) = raw.items()
    if key == "not":
        return Not(condition=_parse(inner, f"{path}.not", depth - 1))
    members = _members(inner, f"{path}.{key}", depth)
    return All(conditions=members) if key == "all" else AnyOf(conditions=members)


def _parse_requirements(raw: Mapping[object, object], path: str) -> Condition:
    """The Decision Maker's forms: {"price_above": ..., "price_breakout": {...}}, all together."""
    found = [
        part
        for key, value in raw.items()
        if (part := _parse_requirement(key, value, key_of(path, key))) is not None
    ]
    if not found:
        raise UnparseableCondition(
            path, raw, 'requires nothing: write "immediately" for a plan that does not wait'
        )
    return found[0] if len(found) == 1 else All(conditions=tuple(found))


def _parse_requirement(key: object, value: object, path: str) -> Condition | None:
    """One requirement; None when it is one of ours that is null, and so requires nothing."""
    if key in UNCHECKED_REQUIREMENTS:
        if value is None or value is False:
            return None
        raise UnparseableCondition(
            path, value, "is a requirement that cannot be checked: leave it out, or set it false"
        )
    if isinstance(key, str) and key in _LEVELLED:
        return None if value is None else _parse_levelled(_LEVELLED[key], value, path)
    if key == "price_breakout":
        return None if value is None else _parse_price_breakout(value, path)
    raise UnparseableCondition(path, value, "is not a known requirement")


def _parse_levelled(kind: type[PriceCondition], value: object, path: str) -> Condition:
    """A bare level, or {"level": ..., "source": ...}."""
    if not isinstance(value, Mapping):
        return kind(level=_level(value, path))
    _allow(value, {"level", "source"}, path)
    return _levelled(kind, value, path)


def _parse_price_breakout(value: object, path: str) -> Condition:
    """{"threshold": 30000, "direction": "above"}; both must be there."""
    if not isinstance(value, Mapping):
        raise UnparseableCondition(path, value, "needs threshold and direction")
    _allow(value, {"threshold", "direction"}, path)
    direction = _need(value, "direction", path)
    if not isinstance(direction, str) or direction not in _BREAKOUTS:
        raise UnparseableCondition(f"{path}.direction", direction, "is neither above nor below")
    level = _level(_need(value, "threshold", path), f"{path}.threshold")
    return _BREAKOUTS[direction](level=level)


def _levelled(
    kind: type[PriceCondition], raw: Mapping[object, object], path: str
) -> PriceCondition:
    source = raw.get("source", PriceSource.MID)
    if not isinstance(source, str) or source not in set(PriceSource):
        allowed = ", ".join(PriceSource)
        raise UnparseableCondition(f"{path}.source", source, f"is not a price source ({allowed})")
    level = _level(_need(raw, "level", path), f"{path}.level")
    return kind(level=level, source=PriceSource(source))


def _members(raw: object, path: str, depth: int) -> tuple[Condition, ...]:
    if not isinstance(raw, list) or not raw:
        raise UnparseableCondition(path, raw, "is not a list of at least one condition")
    return tuple(_parse(part, f"{path}[{place}]", depth - 1) for place, part in enumerate(raw))


def _level(value: object, path: str) -> Decimal:
    try:
        level = read_figure(value)
    except ValueError as error:
        raise UnparseableCondition(path, value, f"{error}: a price is needed") from error
    if level <= 0:
        raise UnparseableCondition(path, value, "must be above 0")
    return level


def _need(raw: Mapping[object, object], key: str, path: str) -> object:
    if raw.get(key) is None:
        raise UnparseableCondition(path, raw, f"lacks {key}")
    return raw[key]


def _allow(raw: Mapping[object, object], known: set[str], path: str) -> None:
    for key in raw:
        if key not in known:
            raise UnparseableCondition(
                key_of(path, key), raw[key], f"is unknown here (known: {', '.join(sorted(known))})"
            )
