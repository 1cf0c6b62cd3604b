"""The row of `lifecycles` that a lifecycle projects to. Pure, so a rebuild gives the same row."""

from datetime import datetime, timedelta

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Stage
from trader.strands.strand import LifecycleRow
from trader.venues.names import HYPERLIQUID

HANDOVER = timedelta(seconds=5)
"""How long the chain's next link may take before a sweep sends it anew."""


def project(lifecycle: Lifecycle) -> LifecycleRow:
    """The row for the sweeps and lists."""
    plan = lifecycle.plan
    return LifecycleRow(
        lifecycle_id=lifecycle.lifecycle_id,
        seq=lifecycle.seq,
        stage=lifecycle.stage,
        due_at=due_at(lifecycle),
        symbol=plan.symbol if plan else None,
        venue=HYPERLIQUID if lifecycle.intents else None,
        direction=plan.direction if plan else None,
        plan_id=lifecycle.plan_id,
        source_id=lifecycle.source_id,
        outcome=lifecycle.outcome,
        has_exposure=lifecycle.has_exposure,
        created_at=lifecycle.created_at,
        updated_at=lifecycle.updated_at,
    )


def due_at(lifecycle: Lifecycle) -> datetime | None:
    """When a sweep should look at the lifecycle; None once it is done.

    Waiting plans and tracked ones are due at every sweep; a triggered or finished one when its
    next task had the time to start by itself.
    """
    match lifecycle.stage:
        case Stage.DONE:
            return None
        case Stage.PLACE | Stage.ANALYZE:
            return lifecycle.updated_at + HANDOVER
        case Stage.MONITOR | Stage.TRACK:
            return lifecycle.updated_at
