"""Quotes a raw value in a message: short, on one line, safe to store."""

import json
import reprlib
from typing import Final

_LONGEST: Final = 120


class _JsonQuoter(reprlib.Repr):
    """Writes values as JSON does, cut to a few levels and items, whatever their depth."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = 60

    def repr_str(self, text: str, _level: int) -> str:
        return quoted(text if len(text) <= self.maxstring else f"{text[: self.maxstring]}...")

    def repr_int(self, number: int, _level: int) -> str:
        return f"an integer of {number.bit_length()} bits" if abs(number) > 10**40 else str(number)

    def repr_bool(self, truth: bool, _level: int) -> str:
        return json.dumps(truth)

    def repr_NoneType(self, _nothing: None, _level: int) -> str:  # noqa: N802  (reprlib's name)
        return "null"


_QUOTER: Final = _JsonQuoter()


def as_written(value: object) -> str:
    """The value as JSON would show it, at most 120 characters, control characters escaped."""
    text = _QUOTER.repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def quoted(text: str) -> str:
    """The text in double quotes; escaped when a character of it cannot be printed."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def key_of(path: str, key: object) -> str:
    """The path of a key within a path: `plan.size`; keys that are not plain are quoted."""
    plain = isinstance(key, str) and key.isprintable() and 0 < len(key) <= _LONGEST
    name = str(key) if plain else as_written(key)
    return f"{path}.{name}" if path else name
