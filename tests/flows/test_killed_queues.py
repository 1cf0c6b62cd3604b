"""Every process of the pipeline killed at once, with all it started, while plans are under way."""

import os
import signal

from tests.flows.plans import a_plan
from tests.support.flow import Flow
from trader.lifecycle.stage import Outcome, Stage
from trader.processes.commands import pipeline
from trader.processes.waiting import wait_until

PLANS = 6


def test_plans_end_right_though_the_whole_pipeline_was_killed(flow: Flow) -> None:
    processes = [command.name for command in pipeline() if command.name != "flower"]
    plans = [flow.submit(a_plan(max_hold="PT3S")) for _ in range(PLANS)]
    wait_until(lambda: bool(flow.store.lifecycles(stage=Stage.TRACK)), 30, "a plan is tracked")
    for name in processes:
        pid = flow.supervisor.pid(name)
        assert pid is not None
        os.killpg(pid, signal.SIGKILL)

    assert [flow.wait_until_done(plan).outcome for plan in plans] == [Outcome.CLOSED] * PLANS
    assert all(flow.supervisor.pid(name) is not None for name in processes)
    for plan in plans:
        bought = [order for order in flow.venue_orders(plan) if order["side"] == "B"]
        assert len(bought) == 1
