"""Plan files: JSON or YAML, from a path or from standard input."""

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from trader.errors import Permanent
from trader.strands.strand import Json


class UnreadableDocument(Permanent):
    """The file is not there, or is neither JSON nor YAML with one mapping."""


def read_document(path: str) -> dict[str, Json]:
    """The one mapping that the file holds; `-` is standard input. Raises UnreadableDocument."""
    text = _text(path)
    try:
        document = json.loads(text, parse_constant=str)
    except ValueError:
        document = _yaml(text, path)
    if not isinstance(document, dict):
        raise UnreadableDocument(
            f"{path} holds a {type(document).__name__}: a plan is one mapping of fields"
        )
    return document


def _text(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableDocument(f"{path} cannot be read: {error}") from error


def _yaml(text: str, path: str) -> Json:
    try:
        return _as_json(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise UnreadableDocument(f"{path} is neither JSON nor YAML: {error}") from error


def _as_json(value: Any) -> Json:
    """YAML's own types as JSON has them: times as text, and so is what is no number."""
    if isinstance(value, Mapping):
        return {str(name): _as_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and value - value == 0:
        return value
    return str(value)
