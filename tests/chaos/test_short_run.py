"""Real processes are killed while plans flow in: nothing is lost, doubled or left unprotected."""

from pathlib import Path

import pytest

from tests.chaos.run import run
from tests.chaos.scenario import draw

KEPT_SEEDS = (1,)
"""Seeds that once showed a fault are kept here; the first shows every kind of kill."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", KEPT_SEEDS)
def test_plans_end_right_whatever_is_killed(seed: int, tmp_path: Path) -> None:
    report = run(draw(seed, plans=25, kills=6), tmp_path)

    assert report.findings == ()
    assert report.is_clean, report.as_json()
    assert sum(report.kills.values()) == 6
    assert report.faults
