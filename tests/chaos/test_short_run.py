"""Real processes are killed while plans flow in: nothing is lost, doubled or left unprotected."""

from pathlib import Path

import pytest

from chaos.run import run
from chaos.scenario import Scenario, draw

KEPT = (draw(1, plans=25, acts=6),)
"""The first is one of every day; runs that once showed a fault are kept behind it."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scenario", KEPT, ids=lambda kept: f"seed {kept.seed}")
def test_plans_end_right_whatever_is_killed(scenario: Scenario, tmp_path: Path) -> None:
    report = run(scenario, tmp_path)
    assert report.findings == ()
    assert report.is_clean, report.as_json()
    assert sum(report.acts.values()) + sum(report.left_out.values()) == len(scenario.acts)
    assert report.replayed == len(scenario.plans)
    assert report.faults
