"""How tasks fail: what may pass is tried again a few times, and left to the sweep then."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from celery import Celery

from tests.local_exchange.controls import Controls
from tests.workers.carrying import ANALYZE, PLACE, TRACK, carry_out, plan_at
from tests.workers.conftest import venue_away
from tests.workers.messages import Messages
from trader.clock import utc_now
from trader.errors import Misconfigured
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage
from trader.strands.store import DuplicatePlan, SequenceConflict, StoreUnavailable, StrandStore
from trader.venues.nonces import NonceUnavailable
from trader.venues.venue import ActionRefused, VenueUnavailable
from workers.stage_task import RETRY_SECONDS, StageTask

Failing = Callable[[type[Exception]], list[int]]


@pytest.fixture
def failing(app: Celery) -> Iterator[Failing]:
    """Runs a task of ours that always fails so; gives the retry numbers of its attempts."""

    def run(error: type[Exception]) -> list[int]:
        attempts: list[int] = []

        def fail(self: StageTask) -> None:
            attempts.append(self.request.retries)
            raise error("on purpose")

        # Not shared: a shared task would be registered again with each later app of the process.
        task = app.task(fail, name="tests.failing", base=StageTask, bind=True, shared=False)
        task.apply()
        return attempts

    yield run
    app.tasks.pop("tests.failing", None)


@pytest.mark.parametrize(
    "error", [VenueUnavailable, SequenceConflict, StoreUnavailable, NonceUnavailable]
)
def test_what_may_pass_is_tried_again_a_few_times_and_then_left(
    failing: Failing, error: type[Exception]
) -> None:
    assert failing(error) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("error", [DuplicatePlan, ActionRefused, Misconfigured, ValueError])
def test_what_will_fail_again_is_not_tried_again(failing: Failing, error: type[Exception]) -> None:
    assert failing(error) == [0]


def test_a_retry_keeps_the_chain_and_leaves_the_plan_where_it_is(
    app: Celery, store: StrandStore, messages: Messages, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    before, strands = messages.of("exchange"), store.load(lifecycle_id)
    before_it_failed = utc_now()
    with venue_away():
        carry_out(app, PLACE, lifecycle_id, following=(TRACK, ANALYZE))
    (again,) = messages.of("exchange")[len(before) :]
    assert [again.task, *again.following] == [PLACE, TRACK, ANALYZE]
    assert again.arguments == [lifecycle_id]
    assert again.headers["retries"] == 1
    pause = datetime.fromisoformat(again.headers["eta"]) - before_it_failed
    assert RETRY_SECONDS[0] <= pause.total_seconds() < RETRY_SECONDS[1]
    assert store.load(lifecycle_id) == strands


def test_the_plan_goes_on_when_the_venue_is_back(
    app: Celery, store: StrandStore, journal: Journal, market: Controls
) -> None:
    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    with venue_away():
        carry_out(app, PLACE, lifecycle_id)
    carry_out(app, PLACE, lifecycle_id)
    assert journal.load(lifecycle_id).stage is Stage.TRACK
