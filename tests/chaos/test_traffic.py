"""Plans are submitted and cancelled at their times, and when they were cancelled is known."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from unittest.mock import Mock

import pytest

from chaos.acts.act import Act, ActKind
from chaos.acts.cancels import MOST_CANCELLED, cancel_several
from chaos.market_path import Move
from chaos.plan_drafts import Cancellation, PlanDraft
from chaos.traffic import Traffic
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.clock import utc_now
from trader.lifecycle.journal import Journal
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Outcome
from trader.processes.waiting import wait_until
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(tmp_path / "trader.db")) as opened:
        yield opened


@pytest.fixture
def traffic(store: SqliteStore) -> Traffic:
    return Traffic(store, Mock(is_away=False))


def waiting_plan(store: SqliteStore, name: str) -> str:
    builder = LifecycleBuilder(a_plan(plan_id=name), name).accepted()
    store.append(Append(name, NEW, builder.strands, project(builder.lifecycle)))
    return name


def test_a_plan_is_submitted_once(store: SqliteStore, traffic: Traffic) -> None:
    traffic.send([PlanDraft(0.0, {"plan_id": "one"}, 60.0, None)], time.monotonic())
    (strand,) = store.plan_inbox()
    assert traffic.submitted == [strand.lifecycle_id]


def test_a_plan_is_cancelled_once_it_is_known(store: SqliteStore, traffic: Traffic) -> None:
    draft = PlanDraft(0.0, {"plan_id": "one"}, 60.0, Cancellation(0.1, closes=True))
    sending = Thread(target=traffic.send, args=([draft], time.monotonic()))
    sending.start()
    wait_until(lambda: bool(traffic.submitted), 5, "it is submitted")
    (lifecycle_id,) = traffic.submitted
    time.sleep(0.3)  # it is asked to be cancelled while nobody knows it
    waiting_plan(store, lifecycle_id)
    sending.join()
    assert Journal(store).load(lifecycle_id).outcome is Outcome.CANCELLED
    assert traffic.cancelled.keys() == {lifecycle_id}


def test_when_a_plan_was_cancelled_is_known(store: SqliteStore, traffic: Traffic) -> None:
    lifecycle_id = waiting_plan(store, "one")
    before = utc_now()
    traffic.cancel(lifecycle_id, closes=False)
    at = traffic.cancelled[lifecycle_id]
    assert before <= Journal(store).load(lifecycle_id).updated_at <= at <= utc_now()
    traffic.cancel(lifecycle_id, closes=True)
    assert traffic.cancelled == {lifecycle_id: at}


def test_several_are_cancelled_at_once_and_not_all(store: SqliteStore, traffic: Traffic) -> None:
    names = [waiting_plan(store, f"plan-{number:02}") for number in range(12)]
    assert cancel_several(store, traffic, Act(0.0, ActKind.CANCELS, seed=5))
    outcomes = [Journal(store).load(name).outcome for name in names]
    assert 2 <= outcomes.count(Outcome.CANCELLED) <= MOST_CANCELLED


def test_without_plans_nothing_can_be_cancelled(store: SqliteStore, traffic: Traffic) -> None:
    assert not cancel_several(store, traffic, Act(0.0, ActKind.CANCELS))


def test_a_venue_that_is_away_misses_a_move(store: SqliteStore) -> None:
    for is_away in (True, False):
        venue = Mock(is_away=is_away)
        Traffic(store, venue).move([Move(0.0, "ETH", "3000")], time.monotonic())
        assert venue.controls.set_mid.called is not is_away
