"""Real processes are killed while plans flow in: nothing is lost, doubled or left unprotected."""

from pathlib import Path

import pytest

from chaos.run import run
from chaos.scenario import Scenario, draw
from tests.support.supabase_project import require_postgrest
from trader.strands.opening import StoreKind

KEPT = (draw(1, plans=25, acts=6),)
"""The first is one of every day; runs that once showed a fault are kept behind it."""


def require_clean_run(scenario: Scenario, folder: Path) -> None:
    report = run(scenario, folder)
    assert report.findings == ()
    assert report.is_clean, report.as_json()
    assert sum(report.acts.values()) + sum(report.left_out.values()) == len(scenario.acts)
    assert report.replayed == len(scenario.plans)
    assert report.faults


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scenario", KEPT, ids=lambda kept: f"seed {kept.seed}")
def test_plans_end_right_whatever_is_killed(scenario: Scenario, tmp_path: Path) -> None:
    require_clean_run(scenario, tmp_path)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("store", [StoreKind.POSTGRESQL, StoreKind.SUPABASE])
def test_plans_end_right_when_the_stores_servers_are_killed(
    store: StoreKind, tmp_path: Path
) -> None:
    if store is StoreKind.SUPABASE:
        require_postgrest()
    require_clean_run(draw(1, plans=30, acts=4, store=store), tmp_path)
