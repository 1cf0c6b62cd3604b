"""Strands and lifecycle rows on their way into a store: checked, and made of plain values.

All stores share these checks, so that what one of them keeps every other one can keep as well.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from reprlib import repr as short_repr
from typing import TypeAlias

from trader.strands.store import Append, InvalidStrand
from trader.strands.strand import LifecycleRow, Strand

SqlValue: TypeAlias = str | int | float | None
"""What every database takes; JSON travels as text, a time as ISO 8601 text."""

STRAND_COLUMNS = tuple(Strand.__dataclass_fields__)
LIFECYCLE_COLUMNS = tuple(LifecycleRow.__dataclass_fields__)

MAX_DEPTH = 100
MAX_SEQ = 2**63 - 1
MAX_FLOAT = 1e16
"""From here on, PostgreSQL gives the floats of a JSON document back as whole numbers."""
_OPTIONAL_TEXTS = (
    "lifecycle_id",
    "symbol",
    "timeframe",
    "session_bucket",
    "regime",
    "agent_id",
    "team_member",
    "parent_id",
    "position_id",
    "trade_id",
)
_CANONICAL = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
_SCORES = ("sig_confidence", "sig_sigma", "outcome_score")


def encode_append(
    lifecycle_id: str, expected_seq: int, strands: Sequence[Strand], row: LifecycleRow
) -> tuple[list[dict[str, SqlValue]], dict[str, SqlValue]]:
    """The values of an append's strands and row, by column. Raises InvalidStrand."""
    for seq, strand in enumerate(strands, start=expected_seq + 1):
        if (strand.lifecycle_id, strand.seq) != (lifecycle_id, seq):
            raise InvalidStrand(
                f"strand {strand.id} must be number {seq} of lifecycle {lifecycle_id}; "
                f"was number {strand.seq} of {strand.lifecycle_id}"
            )
    last = expected_seq + len(strands)
    if not strands or (row.lifecycle_id, row.seq) != (lifecycle_id, last):
        raise InvalidStrand(
            f"an append needs strands, and the row of lifecycle {lifecycle_id} at seq {last}; "
            f"was {len(strands)} strands and the row of {row.lifecycle_id} at seq {row.seq}"
        )
    return [encode_strand(strand) for strand in strands], encode_lifecycle(row)


def encode_for_function(append: Append) -> dict[str, object]:
    """An append as the database's function `trader_append` takes it. Raises InvalidStrand."""
    strands, row = encode_append(
        append.lifecycle_id, append.expected_seq, append.strands, append.row
    )
    return {
        "lifecycle_id": append.lifecycle_id,
        "expected_seq": append.expected_seq,
        "strands": strands,
        "row": row,
    }


def encode_foreign(strand: Strand) -> dict[str, SqlValue]:
    """The values of a strand that another team writes, by column. Raises InvalidStrand."""
    if strand.seq is not None:
        raise InvalidStrand(f"a strand of another team has no seq; {strand.id} has {strand.seq}")
    return encode_strand(strand)


def encode_strand(strand: Strand) -> dict[str, SqlValue]:
    """The strand's values by column. Raises InvalidStrand."""
    if not isinstance(strand.tags, tuple):
        raise InvalidStrand(f"tags must be a tuple of texts; was {short_repr(strand.tags)}")
    values: dict[str, SqlValue] = {
        name: _name(getattr(strand, name), name) for name in ("id", "module", "kind")
    }
    values |= {name: _optional_text(getattr(strand, name), name) for name in _OPTIONAL_TEXTS}
    values |= {name: _score(getattr(strand, name), name) for name in _SCORES}
    values["seq"] = None if strand.seq is None else _seq(strand.seq)
    values["content"] = _encode_object(strand.content, "content")
    values["module_intelligence"] = _encode_object(
        strand.module_intelligence, "module_intelligence"
    )
    values["tags"] = encode_json([encode_text(tag, "tags") for tag in strand.tags], "tags")
    values["created_at"] = encode_time(strand.created_at, "created_at")
    return values


def encode_lifecycle(row: LifecycleRow) -> dict[str, SqlValue]:
    """The row's values by column; `has_exposure` as 0 or 1. Raises InvalidStrand."""
    if not isinstance(row.has_exposure, bool):
        raise InvalidStrand(f"has_exposure must be true or false; was {row.has_exposure!r}")
    return {
        "lifecycle_id": _name(row.lifecycle_id, "lifecycle_id"),
        "seq": _seq(row.seq),
        "stage": _name(row.stage, "stage"),
        "due_at": None if row.due_at is None else encode_time(row.due_at, "due_at"),
        "symbol": _optional_text(row.symbol, "symbol"),
        "venue": _optional_text(row.venue, "venue"),
        "direction": _optional_text(row.direction, "direction"),
        "plan_id": _optional_text(row.plan_id, "plan_id"),
        "source_id": _optional_text(row.source_id, "source_id"),
        "outcome": _optional_text(row.outcome, "outcome"),
        "has_exposure": int(row.has_exposure),
        "created_at": encode_time(row.created_at, "created_at"),
        "updated_at": encode_time(row.updated_at, "updated_at"),
    }


def encode_time(moment: datetime, where: str) -> str:
    """UTC in ISO 8601 with six digits of the second, so that texts sort as times do."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise InvalidStrand(f"{where} must be a time with a zone; was {moment!r}")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def encode_json(value: object, where: str) -> str:
    """Canonical JSON: keys sorted, no spaces. Raises InvalidStrand, as `check_json` does."""
    check_json(value, where)
    try:
        return _CANONICAL.encode(value)
    except ValueError as error:  # an integer of more than 4300 digits
        raise InvalidStrand(f"{where}: {error}") from error


def check_json(value: object, where: str, depth: int = 0) -> None:
    """Hold a value to the JSON that every store keeps as it is.

    Raises InvalidStrand, with the place, on other types (Decimal: write it as text), on NaN,
    infinity and floats from MAX_FLOAT, on NUL and lone surrogates in texts and keys, and beyond
    MAX_DEPTH levels.
    """
    if _is_plain(value):
        return
    if isinstance(value, str):
        encode_text(value, where)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidStrand(f"{where} must be a finite number; was {value}")
        if abs(value) >= MAX_FLOAT:
            raise InvalidStrand(
                f"{where} must lie below {MAX_FLOAT:g}; was {value}: write it as text"
            )
    elif depth == MAX_DEPTH:
        raise InvalidStrand(f"{where} is nested more than {MAX_DEPTH} levels deep")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if not _is_plain(item):
                check_json(item, f"{where}[{index}]", depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            encode_text(key, where, "a key of ")
            if not _is_plain(item):
                check_json(item, f"{where}.{key}", depth + 1)
    else:
        raise InvalidStrand(
            f"{where} must be JSON; was {short_repr(value)} ({type(value).__name__}): "
            "numbers that must stay exact are written as text"
        )


def _is_plain(value: object) -> bool:
    """Whether it needs no closer look: so are most of them, and their place is never asked for."""
    if isinstance(value, str):
        return value.isascii() and "\0" not in value
    return value is None or isinstance(value, int)


def encode_text(value: object, where: str, which: str = "") -> str:
    """A text that every store keeps as it is. Raises InvalidStrand, with `which` of the place."""
    if not isinstance(value, str):
        raise InvalidStrand(f"{which}{where} must be text; was {short_repr(value)}")
    if "\0" in value:
        raise InvalidStrand(f"{which}{where} holds a NUL character: {short_repr(value)}")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidStrand(f"{which}{where} holds half of a surrogate pair: {short_repr(value)}")
    return value


def _name(value: object, where: str) -> str:
    if value == "":
        raise InvalidStrand(f"{where} must not be empty")
    return encode_text(value, where)


def _optional_text(value: object, where: str) -> str | None:
    return None if value is None else encode_text(value, where)


def _encode_object(value: Mapping[str, object], where: str) -> str:
    if not isinstance(value, Mapping):
        raise InvalidStrand(f"{where} must be a JSON object; was {short_repr(value)}")
    return encode_json(dict(value), where)


def _seq(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEQ:
        raise InvalidStrand(f"seq must be a whole number from 0; was {short_repr(value)}")
    return value


def _score(value: object, where: str) -> float | None:
    if value is None:
        return None
    # The comparison is false for NaN.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidStrand(f"{where} must lie in 0..1; was {short_repr(value)}")
    return float(value)
