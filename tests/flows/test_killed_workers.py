"""A worker killed between any two strands of a plan: the plan still ends, with one order each."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.audit import audit
from tests.flows.dying_worker import Deaths
from tests.flows.plans import a_plan
from tests.local_exchange.controls import Controls
from tests.support.flow import Flow, rests_with
from tests.support.packaging import ROOT
from tests.support.real_processes import ignore_event, real_exchange
from trader.clock import utc_now
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.plans.submission import submission
from trader.processes.child import Program
from trader.processes.commands import QUEUES, Command, beat
from trader.processes.environments import for_command
from trader.processes.local_account import local_account
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import NotReady, wait_until
from trader.strands.sqlite import SqliteStore
from trader.strands.strand import Json

ENTER = (
    "append plan_accepted",
    "append entry_triggered",
    "append orders_intended",
    "send orders",
    "append orders_answered",
    "append order_filled position_changed orders_intended",
    "send orders",
    "append orders_answered",
)
LEAVE = {
    Leg.TARGET: (
        "send cancel",
        "append order_reported order_filled position_changed cancel_sent",
        "append order_reported execution_finished",
        "append plan_analyzed",
    ),
    Leg.EXIT: (
        "append exit_decided orders_intended",
        "send orders",
        "append orders_answered",
        "send cancel",
        "append order_filled position_changed cancel_sent",
        "append order_reported order_reported execution_finished",
        "append plan_analyzed",
    ),
}
"""All that workers do for a plan, to the journal and to the venue, by the leg that it leaves by."""


@dataclass(frozen=True)
class Death:
    """Before its call (nothing of it is done) or after it (all is done, and nobody told).

    `number` counts the calls of a plan that leaves by `leg`, from 1.
    """

    leg: Leg
    moment: str
    number: int

    def __str__(self) -> str:
        name = (*ENTER, *LEAVE[self.leg])[self.number - 1]
        return f"{self.leg}, {self.moment} {self.number}: {name}"


def _deaths(leg: Leg, first: int) -> list[Death]:
    numbers = range(first, len(ENTER) + len(LEAVE[leg]) + 1)
    return [Death(leg, moment, number) for number in numbers for moment in ("before", "after")]


DEATHS = [*_deaths(Leg.TARGET, 1), *_deaths(Leg.EXIT, len(ENTER) + 1)]

PATIENCE_SECONDS = 90.0

pytestmark = pytest.mark.timeout(240)  # the first test waits for all deaths

SETTINGS = {
    "TRADER_HEARTBEAT_SECONDS": "0.5",
    "TRADER_ORDER_EXPIRY_SECONDS": "5",
    "TRADER_VENUE_TIMEOUT_SECONDS": "2",
}


@dataclass(frozen=True)
class Campaign:
    """Plans that went their ways at the same time; `unharmed` by the leg that they left by."""

    flow: Flow
    deaths: Deaths
    killed: dict[Death, str]
    unharmed: dict[Leg, str]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory, broker_url: str) -> Iterator[Campaign]:
    """A plan for each death of the table, and one without for each way out, all at their ends."""
    folder = tmp_path_factory.mktemp("campaign")
    deaths = Deaths(folder)
    other_database = broker_url.removesuffix("/0") + "/1"
    with dying_pipeline(folder, other_database) as flow:
        holder = flow.submit(a_plan(take_profit="4000"))  # the account is flat after all others
        unharmed = {leg: flow.submit(_plan_that_leaves_by(leg)) for leg in LEAVE}
        killed = {death: _submit_to_death(flow, deaths, death) for death in DEATHS}
        plans = [*unharmed.values(), *killed.values()]
        _wait_for_all(flow, plans, lambda plan: rests_with(plan, Leg.STOP, Leg.TARGET))
        for lifecycle_id in (unharmed[Leg.EXIT], *(killed[d] for d in DEATHS if d.leg is Leg.EXIT)):
            flow.end(lifecycle_id)
        flow.market.set_mid("ETH", "3100")
        _wait_for_all(flow, plans, lambda plan: plan.stage is Stage.DONE)
        flow.end(holder)
        flow.wait_until_done(holder)
        yield Campaign(flow, deaths, killed, unharmed)


def _wait_for_all(flow: Flow, plans: Sequence[str], has_come: Callable[[Lifecycle], bool]) -> None:
    """Give all plans the time; one that does not come there fails in its own test."""
    missing = set(plans)

    def none_is_missing() -> bool:
        found = {lifecycle_id: flow.lifecycle(lifecycle_id) for lifecycle_id in missing}
        missing.difference_update(i for i, plan in found.items() if plan and has_come(plan))
        return not missing

    with suppress(NotReady):
        wait_until(none_is_missing, PATIENCE_SECONDS, "all plans are there")


@contextmanager
def dying_pipeline(folder: Path, broker_url: str) -> Iterator[Flow]:
    """The pipeline, its workers such as die; see `tests.flows.dying_worker`."""
    account, database = local_account(folder), folder / "trader.db"
    with (
        real_exchange(folder / "exchange", "--seed", "1", "--frozen") as exchange,
        Supervisor(folder / "log", ignore_event) as supervisor,
        closing(SqliteStore(database)) as store,
    ):
        exchange.fund(account.address)
        environment = {
            **os.environ,
            **SETTINGS,
            "PYTHONPATH": str(ROOT),
            "TRADER_REDIS_URL": broker_url,
            "TRADER_EXCHANGE_URL": exchange.url,
            "TRADER_STORE_URL": f"sqlite:///{database}",
            "TRADER_PRIVATE_KEY": account.private_key,
        }
        for command in (*(_dying_worker(queue, folder) for queue in QUEUES), beat(folder)):
            variables = for_command(environment, command.signs)
            supervisor.start(Program(command.name, command.arguments, variables))
        yield Flow(database, store, Controls(exchange.url), supervisor)


def _dying_worker(queue: str, folder: Path) -> Command:
    arguments = ("python", "-m", "tests.flows.dying_worker", queue, str(folder))
    return Command(f"worker-{queue}", arguments, QUEUES[queue].signs)


def _plan_that_leaves_by(leg: Leg) -> dict[str, Json]:
    return a_plan(take_profit="3100" if leg is Leg.TARGET else "4000")


def _submit_to_death(flow: Flow, deaths: Deaths, death: Death) -> str:
    strand = submission(_plan_that_leaves_by(death.leg), utc_now())
    assert strand.lifecycle_id is not None
    deaths.order(strand.lifecycle_id, death.moment, death.number)
    return flow.publish(strand)


@pytest.mark.parametrize("leg", LEAVE)
def test_the_table_has_every_call(campaign: Campaign, leg: Leg) -> None:
    lifecycle_id = campaign.unharmed[leg]
    assert tuple(campaign.deaths.calls(lifecycle_id)) == (*ENTER, *LEAVE[leg])
    audit(campaign.flow, lifecycle_id)


@pytest.mark.parametrize("death", DEATHS, ids=str)
def test_a_plan_ends_right_wherever_its_worker_was_killed(campaign: Campaign, death: Death) -> None:
    flow, lifecycle_id = campaign.flow, campaign.killed[death]
    assert campaign.deaths.died(lifecycle_id)
    audit(flow, lifecycle_id)
    lifecycle = flow.lifecycle(lifecycle_id)
    assert lifecycle is not None
    assert lifecycle.outcome is Outcome.CLOSED
    accepted = [lifecycle.orders[order["cloid"]].leg for order in flow.venue_orders(lifecycle_id)]
    exits = [Leg.EXIT] if death.leg is Leg.EXIT else []
    once = [Leg.ENTRY, Leg.STOP, Leg.TARGET, *exits]
    # A stop that is not answered within a second is no protection: another may stand beside it.
    assert sorted(accepted) in (sorted(once), sorted([*once, Leg.STOP]))
    assert [fill["side"] for fill in flow.venue_fills(lifecycle_id)] == ["B", "A"]
    assert [event for event in flow.way(lifecycle_id) if event.startswith("plan_")] == [
        "plan_accepted pending",
        "plan_analyzed analyzed",
    ]
