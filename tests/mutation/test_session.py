"""Real changes, made and tested in a checkout of three files."""

from pathlib import Path

import pytest

from mutation.session import BrokenSession, run_session

LIMIT = """
def is_too_much(size: int, limit: int) -> bool:
    return size > limit
"""
TESTED_INSIDE = """
from trader.risk.limit import is_too_much

def test_limit() -> None:
    assert is_too_much(3, 2)
    assert not is_too_much(1, 2)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("trader", "trader/risk", "tests", "tests/risk"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "trader/risk/limit.py").write_text(LIMIT)
    return tmp_path


def with_test(checkout: Path, test: str) -> Path:
    (checkout / "tests/risk/test_limit.py").write_text(test)
    return checkout


def test_of_two_changes_one_is_noticed_and_the_boundary_survives(checkout: Path) -> None:
    session = run_session("trader/risk/limit.py", with_test(checkout, TESTED_INSIDE))
    (survivor,) = session.survivors
    assert session.changes == 2
    assert (survivor.line, survivor.before) == (3, "return size > limit")
    assert survivor.after == "return size >= limit"
    assert (checkout / "trader/risk/limit.py").read_text() == LIMIT


def test_tests_that_fail_as_they_are_say_nothing(checkout: Path) -> None:
    failing = TESTED_INSIDE.replace("assert not", "assert")
    with pytest.raises(BrokenSession, match="fail as they are"):
        run_session("trader/risk/limit.py", with_test(checkout, failing))
