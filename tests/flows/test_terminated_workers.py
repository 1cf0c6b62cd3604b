"""SIGTERM to a worker: it finishes the tasks in hand, and leaves the rest to others."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from celery import Celery, chain
from redis import Redis

from tests.local_exchange.controls import Controls
from tests.support.lifecycles import a_plan
from tests.support.real_processes import RealExchange
from tests.workers.messages import Messages
from trader.clock import utc_now
from trader.conditions.condition import Immediately
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import IntentUnknown
from trader.lifecycle.plan_events import EntryTriggered, PlanAccepted
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.plans.plan import Quantity
from trader.processes.child import Program
from trader.processes.commands import QUEUES, worker
from trader.processes.environments import for_command
from trader.processes.local_account import local_account
from trader.processes.supervisor import Event, Happening, Supervisor
from trader.processes.waiting import wait_until
from trader.strands.sqlite import SqliteStore
from workers.configuration import EXCHANGE, KEY_PREFIX, celery_settings
from workers.pipeline import TASKS

PLANS = 6
IN_HAND = QUEUES[EXCHANGE].processes
PATIENCE_SECONDS = 40.0
SETTINGS = {
    "TRADER_VENUE_TIMEOUT_SECONDS": "10",
    "TRADER_ORDER_EXPIRY_SECONDS": "15",
    "TRADER_MAX_PRICE_AGE_SECONDS": "300",  # the triggers wait for the second worker
}


@dataclass
class Queue:
    """Plans whose entries wait in the exchange queue, for workers that are started one by one."""

    app: Celery
    journal: Journal
    messages: Messages
    redis: Redis
    market: Controls
    supervisor: Supervisor
    program: Program
    events: list[Event]
    plans: list[str]

    def start_worker(self) -> int:
        """Start the queue's worker; its process id."""
        self.supervisor.start(self.program)
        pid = self.supervisor.pid(self.program.name)
        assert pid is not None
        return pid

    def send_on(self) -> None:
        """Send every plan on from its placement, as when its condition came true."""
        for plan in self.plans:
            links = (
                self.app.signature(name, args=(plan,), immutable=True) for name in TASKS.values()
            )
            chain(*links)()

    def lifecycles(self) -> dict[str, Lifecycle]:
        """The plans as of now."""
        return self.journal.load_many(self.plans).lifecycles

    def in_hand(self) -> list[str]:
        """The plans whose order was sent and not answered."""
        return [plan for plan, lifecycle in self.lifecycles().items() if lifecycle.unanswered]

    def waiting(self) -> list[tuple[str, str]]:
        """Task and plan of each message that lies in the queue."""
        return [(message.task, message.arguments[0]) for message in self.messages.of(EXCHANGE)]

    def accepted(self, plan: str) -> list[Leg]:
        """What the plan's orders on the exchange's own ledger are for."""
        orders = self.journal.load(plan).orders
        ledger = self.market.ledger_orders()
        return [orders[order["cloid"]].leg for order in ledger if order["cloid"] in orders]


@pytest.fixture
def queue(tmp_path: Path, broker_url: str, exchange_process: RealExchange) -> Iterator[Queue]:
    """Triggered plans, and a broker's database of their own; no worker runs."""
    url = broker_url.removesuffix("/0") + "/2"
    account, database = local_account(tmp_path), tmp_path / "trader.db"
    exchange_process.fund(account.address)
    environment = {
        **os.environ,
        **SETTINGS,
        "TRADER_REDIS_URL": url,
        "TRADER_EXCHANGE_URL": exchange_process.url,
        "TRADER_STORE_URL": f"sqlite:///{database}",
        "TRADER_PRIVATE_KEY": account.private_key,
    }
    command = worker(EXCHANGE)
    app = Celery(set_as_current=False)
    app.conf.update(celery_settings(url))
    events: list[Event] = []
    with (
        Redis.from_url(url) as redis,
        Supervisor(tmp_path / "log", events.append) as supervisor,
        closing(SqliteStore(database)) as store,
        closing(app),
    ):
        redis.flushdb()
        journal = Journal(store)
        yield Queue(
            app=app,
            journal=journal,
            messages=Messages(redis),
            redis=redis,
            market=Controls(exchange_process.url),
            supervisor=supervisor,
            program=Program(command.name, command.arguments, for_command(environment, signs=True)),
            events=events,
            plans=[_triggered(journal, f"plan-{number}") for number in range(PLANS)],
        )


def _triggered(journal: Journal, name: str) -> str:
    now = utc_now()
    plan = a_plan(
        plan_id=name,
        symbol="ETH",
        entry=Immediately(),
        size=Quantity(value=Decimal("0.2")),
        stop_loss=Decimal(2900),
        take_profit=Decimal(3100),
        valid_until=now + timedelta(hours=1),
    )
    accepted = PlanAccepted(
        plan=plan, entry_condition="at once", source_id=name, approved_at=now, reason="understood"
    )
    begun = journal.begin(name, accepted, now)
    journal.append(begun, (EntryTriggered(quote=None, reason="at once"),), now)
    return name


def to_the_process(pid: int) -> None:
    """As `trader up` and a container's runtime do."""
    os.kill(pid, signal.SIGTERM)


def to_its_group(pid: int) -> None:
    """As honcho does, and the keeper of a supervisor that was killed."""
    os.killpg(pid, signal.SIGTERM)


@pytest.mark.parametrize(
    ("send_sigterm", "moment"), [(to_the_process, "after_commit"), (to_its_group, "before_commit")]
)
def test_tasks_in_hand_are_finished_and_the_rest_is_left_to_others(
    queue: Queue, send_sigterm: Callable[[int], None], moment: str
) -> None:
    queue.market.set_fault(
        "delayed", scope={"types": ["order"]}, moment=moment, min_ms=4000, max_ms=4000
    )
    pid = queue.start_worker()
    queue.send_on()
    wait_until(lambda: len(queue.in_hand()) == IN_HAND, PATIENCE_SECONDS, "orders are being sent")
    in_hand = queue.in_hand()
    send_sigterm(pid)
    assert queue.in_hand() == in_hand

    queue.supervisor.stop([queue.program.name])

    assert [event.happening for event in queue.events] == [Happening.STARTED, Happening.STOPPED]
    assert queue.events[-1].detail == "status 0"
    for plan, lifecycle in queue.lifecycles().items():
        if plan in in_hand:
            (entry,) = lifecycle.orders_of(Leg.ENTRY)
            assert (lifecycle.stage, entry.state) == (Stage.TRACK, OrderState.FILLED)
        else:
            assert (lifecycle.stage, lifecycle.seq) == (Stage.PLACE, 1)
    left = {(TASKS[Stage.PLACE], plan) for plan in queue.plans if plan not in in_hand}
    assert set(queue.waiting()) == left | {(TASKS[Stage.TRACK], plan) for plan in in_hand}
    assert len(queue.waiting()) == PLANS
    assert queue.redis.hlen(f"{KEY_PREFIX}unacked") == 0

    queue.market.clear_faults()
    queue.start_worker()
    wait_until(lambda: all_protected(queue), PATIENCE_SECONDS, "all plans are protected")
    queue.supervisor.stop([queue.program.name])
    for plan, lifecycle in queue.lifecycles().items():
        assert queue.accepted(plan) == [Leg.ENTRY, Leg.STOP, Leg.TARGET]
        assert not any(isinstance(event, IntentUnknown) for _, event in lifecycle.history)


def all_protected(queue: Queue) -> bool:
    """Whether stop and target of every plan are answered for."""
    found = queue.lifecycles().values()
    return all(len(lifecycle.working(Leg.STOP, Leg.TARGET)) == 2 for lifecycle in found) and not (
        queue.in_hand()
    )
