from collections.abc import Callable
from datetime import datetime

import pytest

from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan
from trader.lifecycle.projection import HANDOVER, due_at, project
from trader.plans.plan import Direction
from trader.strands.strand import LifecycleRow

Write = Callable[[LifecycleBuilder], LifecycleBuilder]


def test_the_row_of_a_waiting_plan() -> None:
    plan = a_plan(plan_id="p", symbol="ETH", direction=Direction.SHORT)

    assert project(LifecycleBuilder(plan).accepted().lifecycle) == LifecycleRow(
        lifecycle_id="lifecycle-1",
        seq=0,
        stage="monitor",
        due_at=START,
        symbol="ETH",
        venue=None,
        direction="short",
        plan_id="p",
        source_id="source-of-lifecycle-1",
        outcome=None,
        has_exposure=False,
        created_at=START,
        updated_at=START,
    )


def test_the_row_of_a_refused_plan_has_no_symbol() -> None:
    row = project(LifecycleBuilder().refused().lifecycle)

    assert (row.symbol, row.direction, row.plan_id) == (None, None, None)
    assert (row.stage, row.outcome) == ("done", "refused")


@pytest.mark.parametrize(
    ("write", "due"),
    [
        (lambda b: b.accepted(), START),
        (lambda b: b.accepted().triggered(), START + SECOND + HANDOVER),
        (lambda b: b.accepted().triggered().intended(), START + 2 * SECOND),
        (lambda b: b.entered().left("30600"), START + 8 * SECOND + HANDOVER),
        (lambda b: b.refused(), None),
    ],
)
def test_when_a_sweep_should_look(write: Write, due: datetime | None) -> None:
    assert due_at(write(LifecycleBuilder()).lifecycle) == due


@pytest.mark.parametrize(
    ("write", "has_exposure", "venue"),
    [
        (lambda b: b.accepted().triggered(), False, None),
        (lambda b: b.accepted().triggered().intended(), True, "hyperliquid"),
        (lambda b: b.entered(), True, "hyperliquid"),
        (lambda b: b.entered().left("30600"), False, "hyperliquid"),
    ],
)
def test_exposure_begins_with_the_intent_and_ends_with_the_execution(
    write: Write, has_exposure: bool, venue: str | None
) -> None:
    row = project(write(LifecycleBuilder()).lifecycle)

    assert (row.has_exposure, row.venue) == (has_exposure, venue)
