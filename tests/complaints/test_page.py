"""docs/complaints.md names tests that there are, and every test of this folder."""

import ast
import re
from pathlib import Path

from tests.support.packaging import ROOT

PAGE = ROOT / "docs" / "complaints.md"
HERE = Path(__file__).parent
NAMED = re.compile(r"`((?:tests/[\w/]+\.py::)?test_\w+)`")


def names_in(path: Path) -> set[str]:
    """The names of the file's test functions."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    return {node.name for node in functions if node.name.startswith("test_")}


def names_here() -> set[str]:
    """Those of this folder, but for this file."""
    files = set(HERE.rglob("test_*.py")) - {Path(__file__)}
    return {name for path in files for name in names_in(path)}


def named() -> set[str]:
    """What the page names: a test of this folder, or of another file as `path::name`."""
    return set(NAMED.findall(PAGE.read_text(encoding="utf-8")))


def test_every_test_of_this_folder_is_on_the_page() -> None:
    assert {name for name in named() if "::" not in name} == names_here()


def test_every_test_elsewhere_that_the_page_names_is_there() -> None:
    elsewhere = [name.split("::") for name in named() if "::" in name]
    assert len(elsewhere) > 10
    assert [(path, name) for path, name in elsewhere if name not in names_in(ROOT / path)] == []


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    bare = [row for row in rows if not NAMED.search(row) and not row.endswith("| test |")]
    assert bare == []
