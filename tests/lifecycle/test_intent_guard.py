from collections.abc import Callable
from copy import copy
from datetime import timedelta

import pytest

from tests.support.lifecycles import SECOND, LifecycleBuilder
from trader.lifecycle.intent_guard import UndecidedIntent, is_decided, require_decided
from trader.lifecycle.lifecycle import plan_of
from trader.lifecycle.order_events import (
    IntentDied,
    OrdersIntended,
)
from trader.lifecycle.plan_events import CancelRequested, EntrySetApart
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.stage import Leg, Outcome
from trader.streams.event import Event
from trader.venues.orders import AnswerKind

Build = Callable[[], LifecycleBuilder]
CANCEL = CancelRequested(requested_by="operator", close_position=False, reason="asked")
FINISHED = ExecutionFinished(outcome=Outcome.CANCELLED, reason="cancelled")
APART = EntrySetApart(reason="refused with others")


def triggered() -> LifecycleBuilder:
    return LifecycleBuilder().accepted().triggered()


def died() -> LifecycleBuilder:
    builder = triggered().intended()
    ((intent_id, intent),) = builder.lifecycle.intents.items()
    cloids = tuple(order.request.cloid for order in intent.orders)
    event = IntentDied(intent_id=intent_id, cloids=cloids, proof="fenced", reason="never landed")
    return builder.event(event)


def entered() -> LifecycleBuilder:
    return triggered().intended().answered(AnswerKind.FILLED, filled="1").filled()


def next_intent(builder: LifecycleBuilder, *legs: Leg) -> OrdersIntended:
    """What would be sent next, decided on the state as it is."""
    event = copy(builder).intended(*legs).lifecycle.history[-1][1]
    assert isinstance(event, OrdersIntended)
    return event


@pytest.mark.parametrize(
    ("build", "legs"),
    [
        (triggered, [Leg.ENTRY]),
        (lambda: died().event(APART), [Leg.ENTRY]),
        (lambda: died().rearmed().triggered(), [Leg.ENTRY]),
        (entered, [Leg.STOP, Leg.TARGET]),
        (entered, [Leg.EXIT]),
        (lambda: entered().event(CANCEL), [Leg.STOP, Leg.TARGET]),
    ],
)
def test_what_was_decided_on_the_state_as_it_is_may_be_sent(build: Build, legs: list[Leg]) -> None:
    builder = build()
    intent = next_intent(builder, *legs)
    require_decided(builder.lifecycle, [intent], builder.now)
    assert is_decided(builder.lifecycle, intent, builder.now)


@pytest.mark.parametrize(
    ("build", "legs", "why"),
    [
        (lambda: LifecycleBuilder().accepted(), [Leg.ENTRY], "the plan is at monitor"),
        (lambda: triggered().event(CANCEL), [Leg.ENTRY], "operator has cancelled the plan"),
        (died, [Leg.ENTRY], "the plan is at track"),
        (lambda: died().rearmed(), [Leg.ENTRY], "the plan is at monitor"),
        (lambda: died().event(FINISHED), [Leg.ENTRY], "the plan is at analyze"),
        (lambda: triggered().intended().event(APART), [Leg.ENTRY], "may still trade"),
        (entered, [Leg.ENTRY], "the plan is at track"),
        (entered, [Leg.STOP, Leg.ENTRY], "the plan is at track"),
        (triggered, [Leg.EXIT], "an exit is placed at stage track, the plan is at place"),
        (lambda: entered().event(FINISHED), [Leg.STOP], "the plan is at analyze"),
        (lambda: LifecycleBuilder().refused(), [Leg.EXIT], "the plan is at done"),
    ],
)
def test_what_the_state_does_not_want_is_not_sent(build: Build, legs: list[Leg], why: str) -> None:
    builder = build()
    intent = next_intent(builder, *legs)
    with pytest.raises(UndecidedIntent, match=why):
        require_decided(builder.lifecycle, [intent], builder.now)
    assert not is_decided(builder.lifecycle, intent, builder.now)


@pytest.mark.parametrize(("before", "is_wanted"), [(SECOND / 1000, True), (0 * SECOND, False)])
def test_an_entry_is_sent_until_its_plans_end_and_an_exit_after_it(
    before: timedelta, is_wanted: bool
) -> None:
    builder, held = triggered(), entered()
    end = plan_of(builder.lifecycle).valid_until
    assert is_decided(builder.lifecycle, next_intent(builder), end - before) is is_wanted
    assert is_decided(held.lifecycle, next_intent(held, Leg.EXIT), end - before)


@pytest.mark.parametrize("off_by", [-1, 1])
def test_an_intent_that_was_decided_on_another_strand_is_not_sent(off_by: int) -> None:
    builder = triggered()
    intent = next_intent(builder)
    other = intent.model_copy(update={"decided_on": intent.decided_on + off_by})
    assert not is_decided(builder.lifecycle, other, builder.now)


def after(news: list[Event], builder: LifecycleBuilder) -> list[Event]:
    """These events, and an entry that was decided on them."""
    intent = next_intent(builder)
    return [*news, intent.model_copy(update={"decided_on": intent.decided_on + len(news)})]


@pytest.mark.parametrize("news", [[], [APART]])
def test_news_that_is_appended_with_an_intent_is_what_it_was_decided_on(news: list[Event]) -> None:
    builder = triggered()
    require_decided(builder.lifecycle, after(news, builder), builder.now)


@pytest.mark.parametrize("news", [[CANCEL], [FINISHED], [APART, CANCEL]])
def test_news_that_ends_the_plan_stops_an_entry_behind_it(news: list[Event]) -> None:
    builder = triggered()
    with pytest.raises(UndecidedIntent) as refused:
        require_decided(builder.lifecycle, after(news, builder), builder.now)
    assert refused.value.lifecycle_id == builder.lifecycle_id
