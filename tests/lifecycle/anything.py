"""Arbitrary values of our records, read off their fields: a new event needs no new strategy."""

import types
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import AwareDatetime, JsonValue
from pydantic.fields import FieldInfo

from tests.support.lifecycles import a_plan
from trader.conditions.condition import Condition
from trader.model import Record
from trader.plans.plan import Direction, EntryOrder, Expectation, Plan, PositionSize

Strategy = st.SearchStrategy[Any]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
lengths = st.timedeltas(timedelta(days=-3650), timedelta(days=3650))
json_scalars = st.none() | st.booleans() | st.integers() | texts
json_values = st.recursive(
    json_scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=5
)


def anything(kind: type[Record]) -> Strategy:
    """Valid records of this kind."""
    return st.deferred(lambda: _record(kind))


@cache
def _record(kind: type[Record]) -> Strategy:
    if kind is Plan:
        return _plans()
    fields = {name: _of(field.annotation, [field]) for name, field in kind.model_fields.items()}
    return st.builds(kind, **fields)


def _plans() -> Strategy:
    """Plans whose prices contradict nothing, for theirs depend on each other."""
    return st.builds(
        a_plan,
        direction=st.sampled_from(Direction),
        entry=_of(Condition, []),
        order=_of(EntryOrder, []),
        size=_of(PositionSize, []),
        expectation=anything(Expectation).map(lambda e: e.model_copy(update={"entry_price": None})),
        valid_until=times,
        confidence=st.none() | st.floats(0, 1),
        regime=st.none() | texts,
    )


def _of(annotation: object, fields: Sequence[FieldInfo]) -> Strategy:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        own = [extra for extra in arguments[1:] if isinstance(extra, FieldInfo)]
        return _of(arguments[0], [*fields, *own])
    if origin in (Union, types.UnionType):
        return st.one_of([_of(argument, fields) for argument in arguments])
    if origin is tuple:
        least = _limit(fields, "min_length") or 0
        return st.lists(_of(arguments[0], []), min_size=least, max_size=3).map(tuple)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is dict and arguments == (str, JsonValue):
        return st.dictionaries(texts, json_values, max_size=4)
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return anything(annotation)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    return _PLAIN[annotation](fields)


def _texts(fields: Sequence[FieldInfo]) -> Strategy:
    pattern = _limit(fields, "pattern")
    return texts if pattern is None else st.from_regex(pattern, fullmatch=True)


def _decimals(fields: Sequence[FieldInfo]) -> Strategy:
    above, least, most = (_limit(fields, name) for name in ("gt", "ge", "le"))
    numbers = st.decimals(
        least if above is None else above, most, allow_nan=False, allow_infinity=False
    )
    return numbers if above is None else numbers.filter(lambda number: number > above)


def _limit(fields: Sequence[FieldInfo], name: str) -> Any:
    limits = [getattr(extra, name, None) for field in fields for extra in field.metadata]
    return next((limit for limit in limits if limit is not None), None)


_PLAIN: dict[object, Callable[[Sequence[FieldInfo]], Strategy]] = {
    type(None): lambda _: st.none(),
    bool: lambda _: st.booleans(),
    int: lambda _: st.integers(0, 2**63),
    float: lambda _: st.floats(0, 1),
    str: _texts,
    Decimal: _decimals,
    timedelta: lambda _: lengths,
    datetime: lambda _: times,
    AwareDatetime: lambda _: times,
}
