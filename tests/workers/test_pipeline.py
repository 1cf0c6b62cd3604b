"""The chain that carries a plan: what it holds, and where it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import Celery

from tests.local_exchange.controls import Controls
from tests.workers.carrying import ANALYZE, PLACE, TARGET, TRACK, carry_out, plan_at, submit
from tests.workers.messages import Messages
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage
from trader.strands.store import StrandStore


@pytest.mark.parametrize(
    ("stage", "queue", "chain"),
    [
        (Stage.PLACE, "exchange", [PLACE, TRACK, ANALYZE]),
        (Stage.TRACK, "exchange", [TRACK, ANALYZE]),
        (Stage.ANALYZE, "analysis", [ANALYZE]),
    ],
)
def test_a_plan_is_sent_on_from_its_stage_by_its_id_alone(
    messages: Messages, stage: Stage, queue: str, chain: list[str]
) -> None:
    resume("the-plan", stage)
    assert messages.counts() == {queue: 1}
    (message,) = messages.of(queue)
    assert [message.task, *message.following] == chain
    assert message.arguments == ["the-plan"]


@pytest.mark.parametrize("stage", [Stage.MONITOR, Stage.DONE])
def test_a_plan_that_waits_or_is_done_needs_no_message(messages: Messages, stage: Stage) -> None:
    resume("the-plan", stage)
    assert messages.counts() == {}


def test_each_link_takes_the_plan_to_its_next_stage(
    app: Celery, store: StrandStore, journal: Journal, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    with _eager(app):
        resume(lifecycle_id, Stage.PLACE)
        assert journal.load(lifecycle_id).stage is Stage.TRACK
        market.set_mid("BTC", TARGET)
        resume(lifecycle_id, Stage.TRACK)
    lifecycle = journal.load(lifecycle_id)
    assert lifecycle.stage is Stage.DONE
    assert lifecycle.analysis is not None


def test_the_chain_goes_on_to_track_once_the_entry_is_sent(
    app: Celery, store: StrandStore, messages: Messages, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    before = messages.of("exchange")
    carry_out(app, PLACE, lifecycle_id, following=(TRACK, ANALYZE))
    (sent,) = messages.of("exchange")[len(before) :]
    assert [sent.task, *sent.following] == [TRACK, ANALYZE]
    assert sent.arguments == [lifecycle_id]


def test_the_chain_ends_when_the_entry_is_denied(
    app: Celery, store: StrandStore, journal: Journal, messages: Messages, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    market.set_mid("BTC", "97000")
    before = messages.counts()
    carry_out(app, PLACE, lifecycle_id, following=(TRACK, ANALYZE))
    assert journal.load(lifecycle_id).stage is Stage.DONE
    assert messages.counts() == before


def test_the_chain_ends_while_the_position_is_held(
    app: Celery, store: StrandStore, messages: Messages, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.TRACK, app, store, market)
    before = messages.counts()
    carry_out(app, TRACK, lifecycle_id, following=(ANALYZE,))
    assert messages.counts() == before


def test_the_chain_goes_on_to_analyze_once_the_plan_is_flat(
    app: Celery, store: StrandStore, messages: Messages, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.TRACK, app, store, market)
    market.set_mid("BTC", TARGET)
    carry_out(app, TRACK, lifecycle_id, following=(ANALYZE,))
    (sent,) = messages.of("analysis")
    assert (sent.task, sent.arguments, sent.following) == (ANALYZE, [lifecycle_id], [])


def test_an_untriggered_plan_is_not_placed_by_a_stray_message(
    app: Celery, store: StrandStore, messages: Messages, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.MONITOR, app, store, market)
    carry_out(app, PLACE, lifecycle_id, following=(TRACK, ANALYZE))
    assert "exchange" not in messages.counts()


def test_a_plan_that_nobody_knows_fails_loudly_and_sends_nothing(
    app: Celery, store: StrandStore, messages: Messages
) -> None:
    submit(store)
    carry_out(app, PLACE, "no-such-plan", following=(TRACK, ANALYZE))
    assert messages.counts() == {}


def resume(lifecycle_id: str, stage: Stage) -> None:
    """Imported when it is needed: the application reads the settings at its import."""
    from workers import pipeline

    pipeline.resume(lifecycle_id, stage)


@contextmanager
def _eager(app: Celery) -> Iterator[None]:
    """Tasks run where they are called."""
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    try:
        yield
    finally:
        app.conf.update(task_always_eager=False, task_eager_propagates=False)
