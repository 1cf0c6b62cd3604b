"""Strands and lifecycle rows on their way out of a store.

The Trader's own strands come back exactly, or not at all. Other teams' rows hold whatever their
writers put there, and none of it stops a reader: every strand that is read could be written.
"""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from pydantic_core import from_json

from trader.strands.encoding import STRAND_COLUMNS, check_json
from trader.strands.store import Committed, CommittedStrand, InvalidStrand
from trader.strands.strand import Json, LifecycleRow, Strand

UNREADABLE = "unreadable"
"""The only key of the content of another team's strand whose content is no sound JSON object;
its value says why. Absent content is an empty object."""

_TAGS_AT_HAND = 256
_PLAIN_COLUMNS = tuple(
    column
    for column in STRAND_COLUMNS
    if column not in ("content", "module_intelligence", "tags", "created_at")
)


def decode_strand(values: Mapping[str, Any]) -> Strand:
    """The strand of a row. JSON columns are JSON text, times are datetimes or ISO 8601 text.

    Raises InvalidStrand when one of the Trader's own strands was damaged in the store.
    """
    return _foreign_strand(values) if values["seq"] is None else _own_strand(values)


def decode_committed(found: Mapping[str, Any]) -> Committed:
    """The answer of the database's function `trader_committed`. Raises InvalidStrand."""
    strands = tuple(
        CommittedStrand(each["position"], decode_strand(each["strand"]))
        for each in found["strands"]
    )
    return Committed(strands, found["position"])


def by_lifecycle(strands: Iterable[Strand]) -> dict[str, tuple[Strand, ...]]:
    """Strands in the order of their lifecycles, as one sequence a lifecycle."""
    grouped = groupby(strands, key=attrgetter("lifecycle_id"))
    return {lifecycle_id: tuple(own) for lifecycle_id, own in grouped}


def _own_strand(values: Mapping[str, Any]) -> Strand:
    return Strand(
        content=_own_object(values, "content"),
        module_intelligence=_own_object(values, "module_intelligence"),
        tags=_own_tags(values),
        created_at=_time(values["created_at"]),
        **{column: values[column] for column in _PLAIN_COLUMNS},
    )


def _foreign_strand(values: Mapping[str, Any]) -> Strand:
    return Strand(
        id=_text(values["id"]),
        lifecycle_id=_optional_text(values["lifecycle_id"]),
        seq=None,
        module=_text(values["module"]),
        kind=_text(values["kind"]),
        content=_foreign_object(values, "content"),
        tags=_foreign_tags(values["tags"]),
        created_at=_time(values["created_at"]),
        symbol=_optional_text(values["symbol"]),
        timeframe=_optional_text(values["timeframe"]),
        session_bucket=_optional_text(values["session_bucket"]),
        regime=_optional_text(values["regime"]),
        agent_id=_optional_text(values["agent_id"]),
        team_member=_optional_text(values["team_member"]),
        module_intelligence=_foreign_object(values, "module_intelligence"),
        sig_confidence=_score(values["sig_confidence"]),
        sig_sigma=_score(values["sig_sigma"]),
        outcome_score=_score(values["outcome_score"]),
        parent_id=_optional_text(values["parent_id"]),
        position_id=_optional_text(values["position_id"]),
        trade_id=_optional_text(values["trade_id"]),
    )


def decode_lifecycle(values: Mapping[str, Any]) -> LifecycleRow:
    """The lifecycle's row; times are datetimes or ISO 8601 text."""
    return LifecycleRow(
        lifecycle_id=_text(values["lifecycle_id"]),
        seq=cast(int, values["seq"]),
        stage=_text(values["stage"]),
        due_at=None if values["due_at"] is None else _time(values["due_at"]),
        symbol=_optional_text(values["symbol"]),
        venue=_optional_text(values["venue"]),
        direction=_optional_text(values["direction"]),
        plan_id=_optional_text(values["plan_id"]),
        source_id=_optional_text(values["source_id"]),
        outcome=_optional_text(values["outcome"]),
        has_exposure=bool(values["has_exposure"]),
        created_at=_time(values["created_at"]),
        updated_at=_time(values["updated_at"]),
    )


def _own_object(values: Mapping[str, Any], column: str) -> dict[str, Json]:
    try:
        value = _sound(values[column])
    except ValueError as error:
        raise _damaged(values, column) from error
    if not isinstance(value, dict):
        raise _damaged(values, column)
    return value


def _own_tags(values: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        return _tags_of(values["tags"])
    except ValueError as error:
        raise _damaged(values, "tags") from error


@lru_cache(_TAGS_AT_HAND)
def _tags_of(text: str | None) -> tuple[str, ...]:
    """Few sets of tags serve all strands: each is read once."""
    tags = _sound(text)
    if not isinstance(tags, list):
        raise ValueError(f"tags must be a list; was {text}")
    return tuple(_text(tag) for tag in tags)


def _sound(text: str | None) -> object:
    value: object = from_json(text or "", allow_inf_nan=False)
    return value


def _damaged(values: Mapping[str, Any], column: str) -> InvalidStrand:
    return InvalidStrand(
        f"{column} of strand {values['id']} was damaged in the store: restore it from a backup"
    )


def _foreign_object(values: Mapping[str, Any], column: str) -> dict[str, Json]:
    text = values[column]
    if text is None:
        return {}
    try:
        value = _sound_json(text, column)
    except InvalidStrand as error:
        return {UNREADABLE: str(error)}
    if isinstance(value, dict):
        return value
    return {UNREADABLE: f"{column} must be a JSON object; was a {type(value).__name__}"}


def _foreign_tags(text: object) -> tuple[str, ...]:
    """The texts of a list; a text alone is one tag; anything else has no tags."""
    try:
        tags = _sound_json(text, "tags")
    except InvalidStrand:
        return ()
    if isinstance(tags, str):
        return (tags,)
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def _sound_json(text: object, column: str) -> object:
    try:
        value = json.loads(_text(text))
    except (ValueError, RecursionError) as error:
        raise InvalidStrand(f"{column} is no JSON: {error}") from error
    check_json(value, column)
    return value


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\0", "\N{REPLACEMENT CHARACTER}")


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _score(value: object) -> float | None:
    """Another team's score may be anything; one that is no finite number is none."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _time(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    return moment.astimezone(UTC)
