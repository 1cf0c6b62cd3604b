"""A broker delivers a message at least once, and sometimes to two workers at the same time."""

import multiprocessing
from collections import Counter

import pytest
from celery import Celery

from tests.local_exchange.controls import Controls
from tests.workers.carrying import PLACE, STAGE_TASKS, carry_out, plan_at
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Leg, Stage
from trader.strands.store import StrandStore

RUNS = 3
SLOW_MS = 300
"""The venue's answers take so long that every run is at it before the first has ended."""


@pytest.mark.parametrize("stage", [Stage.PLACE, Stage.TRACK])
def test_celery_5306_a_task_run_twice(
    app: Celery, store: StrandStore, journal: Journal, market: Controls, stage: Stage
) -> None:
    """Redis delivers a task again that runs longer than its visibility timeout.

    And celery #3270, kombu #337. The runs are processes of their own, as workers are.
    """
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    if stage is Stage.TRACK:
        carry_out(app, PLACE, lifecycle_id)
    market.set_fault("delayed", min_ms=SLOW_MS, max_ms=SLOW_MS)
    fork = multiprocessing.get_context("fork")
    task = STAGE_TASKS[stage]
    runs = [fork.Process(target=carry_out, args=(app, task, lifecycle_id)) for _ in range(RUNS)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
        assert run.exitcode == 0
    market.clear_faults()

    carry_out(app, STAGE_TASKS[Stage.TRACK], lifecycle_id)
    lifecycle = journal.load(lifecycle_id)
    accepted = [order["cloid"] for order in market.ledger_orders()]
    legs = Counter(lifecycle.orders[c].leg for c in accepted if c in lifecycle.orders)
    assert legs == {Leg.ENTRY: 1, Leg.STOP: 1, Leg.TARGET: 1}
    assert len(lifecycle.intents) == 2
    assert len(lifecycle.fills) == 1
