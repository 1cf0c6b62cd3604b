"""Any message may come twice, or late: a stage's task acts on a plan at its stage only."""

import pytest
from celery import Celery

from tests.local_exchange.controls import Controls
from tests.workers.carrying import (
    CHECK,
    CHECK_PLANS,
    PLACE,
    PLACE_TOGETHER,
    PUBLISH_MARKET,
    STAGE_TASKS,
    TAKE_IN_PLANS,
    carry_out,
    plan_at,
    submit,
)
from tests.workers.conftest import forget
from tests.workers.messages import Messages
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage
from trader.strands.store import StrandStore


@pytest.mark.parametrize(
    ("own", "stage"),
    [(own, stage) for own in STAGE_TASKS for stage in Stage if stage is not own],
)
def test_a_task_leaves_a_plan_at_another_stage_alone(
    app: Celery,
    store: StrandStore,
    journal: Journal,
    messages: Messages,
    market: Controls,
    own: Stage,
    stage: Stage,
) -> None:
    lifecycle_id = plan_at(stage, app, store, market)
    before = (store.load(lifecycle_id), _orders_of(journal, lifecycle_id, market))
    sent = messages.counts()
    carry_out(app, STAGE_TASKS[own], lifecycle_id)
    assert (store.load(lifecycle_id), _orders_of(journal, lifecycle_id, market)) == before
    assert messages.counts() == sent


@pytest.mark.parametrize("stage", STAGE_TASKS)
def test_a_doubled_message_changes_nothing_more(
    app: Celery, store: StrandStore, journal: Journal, market: Controls, stage: Stage
) -> None:
    lifecycle_id = plan_at(stage, app, store, market)
    carry_out(app, STAGE_TASKS[stage], lifecycle_id)
    once = store.load(lifecycle_id)
    orders = _orders_of(journal, lifecycle_id, market)
    carry_out(app, STAGE_TASKS[stage], lifecycle_id)
    assert store.load(lifecycle_id) == once
    assert _orders_of(journal, lifecycle_id, market) == orders


def test_a_plan_is_taken_in_and_triggered_once(
    app: Celery, store: StrandStore, messages: Messages
) -> None:
    lifecycle_id = submit(store)
    carry_out(app, PUBLISH_MARKET)
    for _ in range(3):
        carry_out(app, CHECK_PLANS)
    events = [strand.content["event"] for strand in store.load(lifecycle_id)]
    assert events == ["plan_accepted", "entry_triggered"]
    assert messages.counts()["exchange"] == 1


def test_a_plan_that_arrives_between_two_beats_is_taken_in_and_judged(
    app: Celery, store: StrandStore, messages: Messages
) -> None:
    carry_out(app, PUBLISH_MARKET)
    messages.clear()
    lifecycle_id = submit(store)
    carry_out(app, TAKE_IN_PLANS)
    (check,) = messages.of("monitor")
    assert (check.task, check.arguments) == ("workers.monitor.check_plan", [lifecycle_id])
    carry_out(app, TAKE_IN_PLANS)
    assert messages.counts() == {"monitor": 1}


def test_nothing_is_taken_in_before_the_market_is_known(app: Celery, store: StrandStore) -> None:
    lifecycle_id = submit(store)
    carry_out(app, TAKE_IN_PLANS)
    assert store.load(lifecycle_id) == ()
    assert len(store.plan_inbox()) == 1


def _orders_of(journal: Journal, lifecycle_id: str, market: Controls) -> list[object]:
    """The plan's orders on the exchange's ledger."""
    cloids = journal.load(lifecycle_id).orders
    return [order for order in market.ledger_orders() if order["cloid"] in cloids]


@pytest.mark.parametrize("task", [PLACE, PLACE_TOGETHER])
def test_a_plan_that_a_halt_holds_back_is_checked_when_its_wait_is_over(
    app: Celery,
    store: StrandStore,
    messages: Messages,
    market: Controls,
    monkeypatch: pytest.MonkeyPatch,
    task: str,
) -> None:
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    monkeypatch.setenv("TRADER_HALTED", "true")
    forget()
    messages.clear()
    carry_out(app, task, lifecycle_id if task == PLACE else [lifecycle_id])
    (check,) = messages.of("monitor")
    assert (check.task, check.arguments) == (CHECK, [lifecycle_id])
    assert check.headers["eta"] is not None


def test_a_wait_beyond_the_next_beat_is_left_to_it(
    app: Celery,
    store: StrandStore,
    messages: Messages,
    market: Controls,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    monkeypatch.setenv("TRADER_HALTED", "true")
    monkeypatch.setenv("TRADER_HEARTBEAT_SECONDS", "0.5")
    forget()
    messages.clear()
    carry_out(app, PLACE, lifecycle_id)
    assert messages.counts() == {}
