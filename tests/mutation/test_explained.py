from pathlib import Path

import pytest

from mutation.explained import Explanation, explanations, unexplained
from mutation.session import Survivor

BOUNDARY = Survivor("trader/risk/limit.py", 3, "return size > limit", "return size >= limit")
WRITTEN = """
[[survivor]]
module = "trader/risk/*.py"
before = 'size > limit'
after = '>='
why = "Sizes and limits are never the same."
"""


@pytest.fixture
def known(tmp_path: Path) -> tuple[Explanation, ...]:
    path = tmp_path / "explained.toml"
    path.write_text(WRITTEN)
    return explanations(path)


def survivor(**changes: str) -> Survivor:
    fields = {"module": BOUNDARY.module, "before": BOUNDARY.before, "after": BOUNDARY.after}
    return Survivor(line=3, **(fields | changes))


def test_an_explained_survivor_is_not_asked_for_again(known: tuple[Explanation, ...]) -> None:
    assert unexplained([BOUNDARY], known) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"module": "trader/orders/limit.py"},
        {"before": "return size > least"},
        {"after": "return size < limit"},
    ],
)
def test_a_line_that_changed_is_read_again(
    known: tuple[Explanation, ...], changes: dict[str, str]
) -> None:
    changed = survivor(**changes)
    assert unexplained([changed], known) == (changed,)


def test_every_explanation_that_is_written_down_says_why() -> None:
    assert all(len(each.why) > 20 for each in explanations())
