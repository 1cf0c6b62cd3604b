import io
from pathlib import Path
from typing import Any

import pytest

from trader.cli.documents import UnreadableDocument, read_document


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('{"a": 1, "b": "0.10"}', {"a": 1, "b": "0.10"}),
        ('{"a": NaN, "b": Infinity}', {"a": "NaN", "b": "Infinity"}),
        ("a: 1\nb: [x, 2.5]\n", {"a": 1, "b": ["x", 2.5]}),
        ("at: 2026-01-05T09:00:00Z\n", {"at": "2026-01-05T09:00:00+00:00"}),
        ("at: 2026-01-05 09:00:00\nday: 2026-01-05\n",
         {"at": "2026-01-05T09:00:00", "day": "2026-01-05"}),
        ("a: .nan\nb: .inf\nc: null\nd: true\n", {"a": "nan", "b": "inf", "c": None, "d": True}),
        ("1: one\n", {"1": "one"}),
    ],
)  # fmt: skip
def test_json_and_yaml_become_json(tmp_path: Path, text: str, document: dict[str, Any]) -> None:
    path = tmp_path / "plan"
    path.write_text(text, encoding="utf-8")
    assert read_document(str(path)) == document


@pytest.mark.parametrize("text", ["[1, 2]", "just words", "a: [1", "{", ""])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableDocument, match=str(path)):
        read_document(str(path))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(UnreadableDocument, match=r"nowhere\.json"):
        read_document("nowhere.json")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"a": 1}'))
    assert read_document("-") == {"a": 1}
