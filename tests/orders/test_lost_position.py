"""When what we think we hold may be gone: then the account is asked."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.orders.builders import GONE, PASSED, entered, protected, stopped, targeted
from tests.support.lifecycles import SECOND, LifecycleBuilder
from trader.lifecycle.order import TRADES_LAG
from trader.lifecycle.stage import ExitReason, Leg
from trader.orders.step import lost_position_suspected
from trader.venues.orders import AnswerKind, VenueOrderState

Build = Callable[[], LifecycleBuilder]


@pytest.mark.parametrize(
    ("status", "suspected"),
    [
        ("reduceOnlyCanceled", True),
        ("reduceOnlyRejected", True),
        ("liquidatedCanceled", True),
        ("canceled", False),
        ("siblingFilledCanceled", False),
    ],
)
def test_the_account_is_asked_when_the_venue_found_nothing_to_reduce(
    status: str, suspected: bool
) -> None:
    builder = protected().reported(
        VenueOrderState.CANCELLED, Leg.STOP, remaining="1", venue_status=status
    )
    assert lost_position_suspected(builder.lifecycle, builder.now) is suspected


@pytest.mark.parametrize(("text", "suspected"), [(GONE, True), (PASSED, False)])
def test_the_account_is_asked_when_a_refusal_says_so(text: str, suspected: bool) -> None:
    builder = protected().intended(Leg.STOP, trigger="29000")
    builder.answered(AnswerKind.REJECTED, text=text)
    assert lost_position_suspected(builder.lifecycle, builder.now) is suspected


def test_nothing_is_suspected_once_flat() -> None:
    builder = protected().leaving(ExitReason.CANCELLED).intended(Leg.EXIT)

    assert not lost_position_suspected(builder.filled(leg=Leg.EXIT).lifecycle, builder.now)


@pytest.mark.parametrize(
    ("build", "after", "suspected"),
    [
        (entered, TRADES_LAG - SECOND, False),
        (entered, TRADES_LAG, True),
        (lambda: stopped(entered()), TRADES_LAG, False),
        (lambda: targeted(entered()), TRADES_LAG, False),
        (lambda: entered().leaving().intended(Leg.EXIT), TRADES_LAG, False),
        (lambda: stopped(entered()).reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="1"),
         TRADES_LAG, True),
    ],
)  # fmt: skip
def test_a_position_of_which_no_order_could_tell_that_it_is_gone_is_looked_after(
    build: Build, after: timedelta, suspected: bool
) -> None:
    lifecycle = build().lifecycle
    now = lifecycle.fills[-1].traded_at + after
    assert lost_position_suspected(lifecycle, now) is suspected
