"""What a plan's state answers: what it holds, owes and lacks."""

from decimal import Decimal

import pytest

from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.plans.plan import Direction
from trader.streams.event import Label
from trader.venues.orders import AnswerKind

LONG = a_plan(stop_loss=Decimal(29000))
SHORT = a_plan(direction=Direction.SHORT, stop_loss=Decimal(31000))
STOPS = {Direction.LONG: "29000", Direction.SHORT: "31000"}


def traded(plan_side: Direction, out: str) -> LifecycleBuilder:
    """It has bought or sold 0.5, and its stop has traded so much of it back."""
    plan = LONG if plan_side is Direction.LONG else SHORT
    builder = LifecycleBuilder(plan).entered(size="0.5")
    if out != "0":
        builder.intended(Leg.STOP, size=out, trigger=STOPS[plan_side])
        builder.answered(AnswerKind.FILLED, filled=out).filled("30000", out, Leg.STOP)
    return builder


@pytest.mark.parametrize("side", list(Direction))
@pytest.mark.parametrize(
    ("out", "held", "holds", "owes"),
    [
        ("0", "0.5", True, False),
        ("0.4", "0.1", True, False),
        ("0.5", "0", False, False),
        ("0.6", "-0.1", False, True),
    ],
)
def test_what_it_holds_or_owes(
    side: Direction, out: str, held: str, holds: bool, owes: bool
) -> None:
    lifecycle = traded(side, out).lifecycle
    assert lifecycle.held == Decimal(held)
    assert (lifecycle.holds, lifecycle.owes) == (holds, owes)


def test_a_plan_that_was_refused_holds_nothing_and_is_about_nothing() -> None:
    lifecycle = LifecycleBuilder().refused().lifecycle
    assert (lifecycle.held, lifecycle.holds, lifecycle.owes) == (0, False, False)
    assert lifecycle.label == Label()
    assert not lifecycle.is_bare


def test_it_is_about_what_its_plan_is_about() -> None:
    plan = a_plan(regime="trending_up", confidence=0.8)
    label = LifecycleBuilder(plan).accepted().lifecycle.label
    assert label == Label("BTC", "1h", "trending_up", 0.8)


def with_stop(size: str, *, is_confirmed: bool = True) -> Lifecycle:
    builder = LifecycleBuilder(LONG).entered(size="0.5")
    builder.intended(Leg.STOP, size=size, trigger="29000")
    return (builder.answered() if is_confirmed else builder).lifecycle


@pytest.mark.parametrize(
    ("lifecycle", "is_bare"),
    [
        pytest.param(LifecycleBuilder(LONG).accepted().lifecycle, False, id="holds nothing"),
        pytest.param(traded(Direction.LONG, "0").lifecycle, True, id="no stop"),
        pytest.param(with_stop("0.5"), False, id="covered"),
        pytest.param(with_stop("0.49999"), True, id="nearly covered"),
        pytest.param(with_stop("0.5", is_confirmed=False), True, id="a stop in doubt"),
        pytest.param(traded(Direction.LONG, "0.5").lifecycle, False, id="flat"),
        pytest.param(traded(Direction.LONG, "0.6").lifecycle, False, id="owes"),
        pytest.param(LifecycleBuilder().entered().lifecycle, False, id="wants no stop"),
    ],
)
def test_it_is_bare_when_confirmed_stops_do_not_cover_what_it_holds(
    lifecycle: Lifecycle, is_bare: bool
) -> None:
    assert lifecycle.is_bare is is_bare
