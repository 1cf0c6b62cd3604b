"""The periodic tasks: what they publish and whom they send on."""

from datetime import timedelta

import pytest
from celery import Celery
from redis import Redis

from tests.local_exchange.controls import Controls
from tests.support.lifecycles import LifecycleBuilder
from tests.workers.carrying import (
    ANALYZE,
    CHECK_PLANS,
    PLACE,
    PUBLISH_MARKET,
    SWEEP_ORDERS,
    TARGET,
    TRACK,
    carry_out,
    plan_at,
    submit,
)
from tests.workers.conftest import venue_away
from tests.workers.messages import Messages
from trader.clock import utc_now
from trader.lifecycle.intake_pulse import intake_is_alive
from trader.lifecycle.journal import Journal
from trader.lifecycle.projection import HANDOVER, project
from trader.lifecycle.stage import Outcome, Stage
from trader.market.snapshot import MarketSnapshot
from trader.settings import settings
from trader.strands.store import NEW, Append, StrandStore

RESUME_STALLED = "workers.monitor.resume_stalled"


@pytest.mark.usefixtures("store")
def test_the_market_is_published_and_the_waiting_plans_are_checked(
    app: Celery, messages: Messages, empty_broker_url: str
) -> None:
    carry_out(app, PUBLISH_MARKET)
    with Redis.from_url(empty_broker_url) as redis:
        market = MarketSnapshot(redis, settings().venue_url)
        assert market.quotes()["BTC"].mid == 100_000
        assert market.instruments()["BTC"].size_decimals == 5
    assert [message.task for message in messages.of("monitor")] == [CHECK_PLANS]


@pytest.mark.usefixtures("store")
def test_the_intake_gives_a_sign_of_life_once_it_knows_the_market(
    app: Celery, empty_broker_url: str
) -> None:
    with Redis.from_url(empty_broker_url) as redis:
        carry_out(app, CHECK_PLANS)
        assert not intake_is_alive(redis)
        carry_out(app, PUBLISH_MARKET)
        carry_out(app, CHECK_PLANS)
        assert intake_is_alive(redis)


@pytest.mark.usefixtures("store")
def test_a_check_that_nobody_fetches_does_not_wait_for_ever(
    app: Celery, messages: Messages
) -> None:
    carry_out(app, PUBLISH_MARKET)
    (check,) = messages.of("monitor")
    assert check.headers["expires"] is not None


@pytest.mark.usefixtures("store")
def test_waiting_plans_are_checked_without_a_market_too(app: Celery, messages: Messages) -> None:
    with venue_away():
        carry_out(app, PUBLISH_MARKET)
    assert [message.task for message in messages.of("monitor")] == [CHECK_PLANS]


def test_a_plan_waits_in_the_inbox_until_the_instruments_are_known(
    app: Celery, store: StrandStore
) -> None:
    lifecycle_id = submit(store)
    carry_out(app, CHECK_PLANS)
    assert store.load(lifecycle_id) == ()
    assert len(store.plan_inbox()) == 1
    carry_out(app, PUBLISH_MARKET)
    carry_out(app, CHECK_PLANS)
    assert store.plan_inbox() == ()
    assert len(store.load(lifecycle_id)) == 2


@pytest.mark.parametrize("stage", [Stage.PLACE, Stage.ANALYZE])
def test_a_plan_whose_message_was_lost_is_sent_on_when_it_is_due(
    app: Celery, store: StrandStore, messages: Messages, stage: Stage
) -> None:
    _write(store, "fresh", stage, age=timedelta(0))
    _write(store, "stalled", stage, age=HANDOVER)
    carry_out(app, RESUME_STALLED)
    task, queue = {Stage.PLACE: (PLACE, "exchange"), Stage.ANALYZE: (ANALYZE, "analysis")}[stage]
    assert messages.counts() == {queue: 1}
    (message,) = messages.of(queue)
    assert (message.task, message.arguments) == (task, ["stalled"])


def test_stalled_plans_go_on_one_by_one_and_the_next_beat_does_not_repeat_them(
    app: Celery, store: StrandStore, messages: Messages
) -> None:
    """Beats that come faster than a long queue is read would fill it with stale messages."""
    stalled = [f"stalled-{number}" for number in range(5)]
    for lifecycle_id in stalled:
        _write(store, lifecycle_id, Stage.PLACE, age=HANDOVER)
    carry_out(app, RESUME_STALLED)
    carry_out(app, RESUME_STALLED)
    sent = messages.of("exchange")
    assert [message.arguments for message in sent] == [[key] for key in stalled]
    assert all(message.headers["expires"] is not None for message in sent)


def test_the_order_sweep_sends_on_whoever_the_venue_has_news_of(
    app: Celery, store: StrandStore, messages: Messages, market: Controls
) -> None:
    hit = plan_at(Stage.TRACK, app, store, market)
    known = messages.counts()
    carry_out(app, SWEEP_ORDERS)
    assert messages.counts() == known
    market.set_mid("BTC", TARGET)
    carry_out(app, SWEEP_ORDERS)
    sent = messages.of("exchange")[-1]
    assert (sent.task, sent.arguments, sent.following) == (TRACK, [hit], [ANALYZE])
    assert messages.counts()["exchange"] == known["exchange"] + 1


def test_an_expired_plan_needs_no_market_to_end(
    app: Celery, store: StrandStore, journal: Journal
) -> None:
    builder = LifecycleBuilder()
    builder.now = utc_now()
    builder.accepted()  # valid for hours on a day long ago
    store.append(Append("lifecycle-1", NEW, builder.strands, project(builder.lifecycle)))
    carry_out(app, CHECK_PLANS)
    assert journal.load("lifecycle-1").outcome is Outcome.EXPIRED


def _write(store: StrandStore, lifecycle_id: str, stage: Stage, age: timedelta) -> None:
    """A plan that came to this stage so long ago."""
    builder = LifecycleBuilder(lifecycle_id=lifecycle_id)
    builder.plan = builder.plan.model_copy(update={"plan_id": lifecycle_id})
    builder.now = utc_now() - age - timedelta(seconds=2)
    builder.accepted().wait(timedelta(0))
    builder.now = utc_now() - age
    if stage is Stage.PLACE:
        builder.triggered()
    else:
        builder.triggered().intended()
        builder.now = utc_now() - age
        builder.finished()
    store.append(Append(lifecycle_id, NEW, builder.strands, project(builder.lifecycle)))
