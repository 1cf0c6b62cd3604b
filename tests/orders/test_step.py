"""Where a plan stands, and the one thing that it does next."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.builders import (
    GONE,
    PASSED,
    cancel_requested,
    cancel_sent,
    died,
    entered,
    overtraded,
    protected,
    resting,
    stopped,
    unknown,
    waiting,
)
from tests.support.lifecycles import SECOND, LifecycleBuilder
from tests.venues.builders import BTC
from trader.lifecycle.order import TRADES_LAG
from trader.lifecycle.order_events import ExitDecided
from trader.lifecycle.plan_events import EntryRearmed, EntrySetApart
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.stage import Leg, Outcome
from trader.orders.step import (
    Cancel,
    Exit,
    Place,
    Record,
    Step,
    next_step,
)
from trader.strands.kinds import Tag
from trader.venues.orders import AnswerKind, VenueOrderState
from trader.venues.refusal_cause import RefusalCause

Build = Callable[[], LifecycleBuilder]
HOUR = timedelta(hours=1)
NO_EXITS = {"stop_loss": None, "take_profit": None}


def step_of(
    builder: LifecycleBuilder, net_size: str | None = None, after: timedelta = timedelta(0)
) -> Step:
    net = None if net_size is None else Decimal(net_size)
    return next_step(builder.lifecycle, builder.plan, BTC, net, builder.now + after)


def summary(step: Step) -> str:
    match step:
        case Place(drafts=drafts):
            return "place " + ", ".join(f"{draft.leg} {draft.size}" for draft in drafts)
        case Cancel(orders=orders):
            return "cancel " + ", ".join(f"{o.leg}-{o.intended.attempt}" for o in orders)
        case Exit(size=size):
            return f"exit {size}"
        case Record(event=ExitDecided(why=why)):
            return f"decide to leave: {why}"
        case Record(event=ExecutionFinished(outcome=outcome)):
            return f"finish: {outcome}"
        case Record(event=EntryRearmed(cause=cause, wait=wait)):
            return f"rearm after {cause} in {wait.seconds} s"
        case Record(event=EntrySetApart()):
            return "set apart"
        case _:
            return "wait"


def check(build: Build, expected: str, **now: object) -> None:
    assert summary(step_of(build(), **now)) == expected  # type: ignore[arg-type]


def immediate(filled: str) -> LifecycleBuilder:
    """The entry took that much at once and the venue says so; nothing is booked."""
    return waiting().intended().answered(AnswerKind.FILLED, filled=filled)


def ended(builder: LifecycleBuilder, remaining: str, leg: Leg = Leg.ENTRY) -> LifecycleBuilder:
    return builder.reported(VenueOrderState.CANCELLED, leg, remaining=remaining)


def refused(
    builder: LifecycleBuilder, leg: Leg, text: str, cause: RefusalCause | None = None
) -> LifecycleBuilder:
    builder.intended(leg, trigger="29000")
    return builder.answered(AnswerKind.REJECTED, text=text, cause=cause)


def dead(attempts: int) -> LifecycleBuilder:
    """So many entries were sent, and none of them ever landed."""
    builder = died(waiting().intended())
    for _ in range(1, attempts):
        step = step_of(builder)
        assert isinstance(step, Record)
        builder.event(step.event)
        died(builder.triggered().intended())
    return builder


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: waiting().intended(), "wait"),
        (lambda: unknown(waiting().intended()), "wait"),
        (resting, "wait"),
        (lambda: resting().reported(VenueOrderState.UNRECOGNISED, remaining="1"), "wait"),
        (lambda: cancel_requested(waiting().intended()), "wait"),
        (lambda: cancel_requested(unknown(waiting().intended())), "wait"),
        (lambda: cancel_requested(resting()), "cancel entry-1"),
        (
            lambda: cancel_requested(
                resting().reported(VenueOrderState.UNRECOGNISED, remaining="1")
            ),
            "cancel entry-1",
        ),
        (lambda: cancel_sent(cancel_requested(resting()), Leg.ENTRY), "wait"),
        (lambda: cancel_sent(cancel_requested(resting()), Leg.ENTRY, "unknown"), "cancel entry-1"),
        (lambda: ended(cancel_sent(cancel_requested(resting()), Leg.ENTRY), "1"),
         "finish: cancelled"),
        (lambda: ended(resting(), "1"), "finish: rejected"),
        (lambda: refused(waiting(), Leg.ENTRY, "Insufficient margin to place order."),
         "finish: rejected"),
        (lambda: immediate("1"), "wait"),
        (lambda: immediate("0.4"), "wait"),
        (lambda: resting().reported(VenueOrderState.FILLED), "wait"),
        (lambda: ended(resting(), "0.6"), "wait"),
        (lambda: dead(1), "rearm after never_landed in 1 s"),
        (lambda: dead(2), "rearm after never_landed in 2 s"),
        (lambda: dead(5), "rearm after never_landed in 16 s"),
        (lambda: refused(waiting(), Leg.ENTRY, "Trading is halted.", RefusalCause.TRADING_HALTED),
         "rearm after trading_halted in 1 s"),
        (lambda: refused(waiting(), Leg.ENTRY, "No.", RefusalCause.UNKNOWN), "finish: rejected"),
        (lambda: refused(waiting(), Leg.ENTRY, "No.", RefusalCause.MARGIN), "finish: rejected"),
        (lambda: died(waiting().intended(), with_others=True), "set apart"),
        (lambda: died(waiting().intended(), with_others=True, cause=RefusalCause.PRICE_FORM),
         "set apart"),
        (lambda: died(waiting().intended(), with_others=True, cause=RefusalCause.TRADING_HALTED),
         "rearm after trading_halted in 1 s"),
        (lambda: died(waiting().intended(), with_others=True, cause=RefusalCause.PRICE_BAND),
         "set apart"),
        (lambda: died(waiting().intended(), cause=RefusalCause.RATE_LIMIT),
         "rearm after rate_limit in 1 s"),
        (lambda: cancel_requested(died(waiting().intended(), with_others=True)),
         "finish: cancelled"),
        (lambda: cancel_requested(dead(1)), "finish: cancelled"),
    ],
)  # fmt: skip
def test_before_anything_is_held(build: Build, expected: str) -> None:
    check(build, expected)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (resting, "cancel entry-1"),
        (lambda: cancel_sent(resting(), Leg.ENTRY), "wait"),
        (lambda: ended(cancel_sent(resting(), Leg.ENTRY), "1"), "finish: expired"),
        (lambda: unknown(waiting().intended()), "wait"),
        (lambda: dead(1), "finish: expired"),
        (lambda: resting().filled(size="0.4"), "place stop 0.4, target 0.4"),
        (lambda: resting(**NO_EXITS).filled(size="0.4"), "cancel entry-1"),
        (lambda: cancel_sent(resting(), Leg.ENTRY).filled(), "place stop 1, target 1"),
        (lambda: protected(), "wait"),
    ],
)
def test_at_the_plans_end(build: Build, expected: str) -> None:
    """What rests is withdrawn, but only after what it has traded is protected."""
    check(build, expected, after=4 * HOUR)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (entered, "place stop 1, target 1"),
        (lambda: resting().filled(size="0.4"), "place stop 0.4, target 0.4"),
        (lambda: immediate("0.4").filled(size="0.4"), "place stop 0.4, target 0.4"),
        (lambda: stopped(entered()), "place target 1"),
        (protected, "wait"),
        (lambda: entered(**NO_EXITS), "wait"),
        (lambda: unknown(entered().intended(Leg.STOP, Leg.TARGET, trigger="29000")),
         "place stop 1"),
        (lambda: died(entered().intended(Leg.STOP, Leg.TARGET, trigger="29000")),
         "place stop 1, target 1"),
        (lambda: protected().reported(VenueOrderState.TRIGGERED, Leg.STOP, remaining="1"), "wait"),
        (lambda: cancel_requested(protected()), "wait"),
        (lambda: cancel_requested(resting(**NO_EXITS).filled(size="0.4")), "cancel entry-1"),
        (lambda: ended(protected(), "1", Leg.TARGET), "place target 1"),
        (lambda: refused(entered(take_profit=None), Leg.STOP, "Too many open orders."),
         "place stop 1"),
        (lambda: refused(entered(take_profit=None), Leg.STOP, PASSED),
         "decide to leave: unprotected"),
        (lambda: refused(stopped(entered()), Leg.TARGET, PASSED), "decide to leave: unprotected"),
    ],
)  # fmt: skip
def test_while_something_is_held(build: Build, expected: str) -> None:
    check(build, expected)


def part_protected() -> LifecycleBuilder:
    """0.4 of the entry traded and is protected; the rest of it still rests."""
    builder = stopped(resting().filled(size="0.4"), "0.4")
    return builder.intended(Leg.TARGET, size="0.4", trigger="31000").answered()


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (part_protected, "wait"),
        (lambda: part_protected().filled(size="0.6"), "place stop 0.6, target 0.6"),
        (lambda: part_protected().filled("31000", "0.4", Leg.TARGET), "cancel entry-1"),
        (lambda: part_protected().filled("29000", "0.4", Leg.STOP), "cancel entry-1"),
        (lambda: cancel_sent(part_protected().filled("29000", "0.4", Leg.STOP), Leg.ENTRY),
         "wait"),
        (lambda: ended(cancel_sent(part_protected().filled("29000", "0.4", Leg.STOP), Leg.ENTRY),
                       "0.6"), "cancel target-1"),
    ],
)  # fmt: skip
def test_an_entry_that_is_filled_in_part(build: Build, expected: str) -> None:
    """A plan whose stop or target has traded enters no more."""
    check(build, expected)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: protected().filled("29000", leg=Leg.STOP), "cancel target-1"),
        (lambda: protected().filled("31000", leg=Leg.TARGET), "cancel stop-1"),
        (lambda: cancel_sent(protected().filled("29000", leg=Leg.STOP), Leg.TARGET), "wait"),
        (lambda: ended(protected().filled("29000", leg=Leg.STOP), "1", Leg.TARGET),
         "finish: closed"),
        (lambda: protected().reported(VenueOrderState.FILLED, Leg.STOP), "wait"),
        (lambda: protected().reported(VenueOrderState.FILLED, Leg.STOP).filled(
            "29000", "0.4", Leg.STOP), "wait"),
        (lambda: ended(protected(), "0.6", Leg.STOP), "wait"),
        (lambda: protected().filled("31000", "0.4", Leg.TARGET), "place stop 0.6"),
    ],
)  # fmt: skip
def test_when_an_exit_trades(build: Build, expected: str) -> None:
    """An order that is over, and whose trades may be late, says nothing of the position yet."""
    check(build, expected)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: stopped(entered(take_profit=None)).reported(VenueOrderState.FILLED, Leg.STOP),
         "wait"),
        (lambda: stopped(entered(take_profit=None)).reported(
            VenueOrderState.FILLED, Leg.STOP).filled("29000", "0.4", Leg.STOP), "place stop 0.6"),
        (lambda: ended(stopped(entered(take_profit=None)), "0.6", Leg.STOP), "place stop 1"),
    ],
)  # fmt: skip
def test_a_reduce_only_order_that_was_shrunk_holds_nothing_up(build: Build, expected: str) -> None:
    """What it lost did not trade: the venue fitted it to a smaller position. One that the venue
    calls filled has traded something."""
    check(build, expected, after=TRADES_LAG)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: cancel_requested(entered(), close=True), "decide to leave: cancelled"),
        (lambda: cancel_requested(protected(), close=True), "decide to leave: cancelled"),
        (lambda: protected().leaving(), "exit 1"),
        (lambda: entered().leaving(), "exit 1"),
        (lambda: resting().filled(size="0.4").leaving(), "cancel entry-1"),
        (lambda: cancel_sent(resting().filled(size="0.4").leaving(), Leg.ENTRY), "wait"),
        (lambda: ended(cancel_sent(resting().filled(size="0.4").leaving(), Leg.ENTRY), "0.6"),
         "exit 0.4"),
        (lambda: protected().leaving().intended(Leg.EXIT), "wait"),
        (lambda: unknown(protected().leaving().intended(Leg.EXIT)), "wait"),
        (lambda: died(protected().leaving().intended(Leg.EXIT)), "exit 1"),
        (lambda: protected().leaving().intended(Leg.EXIT).answered(
            AnswerKind.REJECTED, text="Order could not immediately match"), "exit 1"),
        (lambda: ended(protected().leaving().intended(Leg.EXIT).filled(
            "30000", "0.4", Leg.EXIT), "0.6", Leg.EXIT), "exit 0.6"),
        (lambda: protected().leaving().intended(Leg.EXIT).filled("30000", leg=Leg.EXIT),
         "cancel stop-1, target-1"),
    ],
)  # fmt: skip
def test_on_the_way_out(build: Build, expected: str) -> None:
    """One market exit at a time, each for all that is left."""
    check(build, expected)


@pytest.mark.parametrize(
    ("build", "net_size", "expected"),
    [
        (overtraded, None, "cancel stop-1"),
        (lambda: cancel_sent(overtraded(), Leg.STOP), None, "wait"),
        (lambda: ended(cancel_sent(overtraded(), Leg.STOP), "1", Leg.STOP), None, "exit -1"),
        (lambda: ended(overtraded(), "1", Leg.STOP), "3", "exit -1"),
        (lambda: ended(overtraded(), "1", Leg.STOP).intended(Leg.EXIT), None, "wait"),
    ],
)  # fmt: skip
def test_exits_that_traded_more_than_the_entry_give_it_back(
    build: Build, net_size: str | None, expected: str
) -> None:
    check(build, expected, net_size=net_size)


@pytest.mark.parametrize(
    ("after", "expected"), [(HOUR - SECOND, "wait"), (HOUR, "decide to leave: time")]
)
def test_the_longest_time_counts_from_the_first_trade(after: timedelta, expected: str) -> None:
    builder = protected(max_hold=HOUR)
    first = builder.lifecycle.fills[0].traded_at

    check(lambda: builder, expected, after=first + after - builder.now)


def closed_by_others() -> LifecycleBuilder:
    """The venue ended both exits, because there was no position any more."""
    builder = protected()
    for leg in (Leg.STOP, Leg.TARGET):
        builder.reported(
            VenueOrderState.CANCELLED, leg, remaining="1", venue_status="reduceOnlyCanceled"
        )
    return builder


@pytest.mark.parametrize(
    ("build", "net_size", "expected"),
    [
        (closed_by_others, "0", "finish: closed_externally"),
        (closed_by_others, "-1", "finish: closed_externally"),
        (closed_by_others, "1", "place stop 1, target 1"),
        (closed_by_others, "0.5", "place stop 1, target 1"),
        (lambda: refused(entered(), Leg.STOP, GONE), "0", "finish: closed_externally"),
        (lambda: refused(protected().leaving(), Leg.EXIT, GONE), "0", "cancel stop-1, target-1"),
        (lambda: cancel_sent(cancel_sent(
            refused(protected().leaving(), Leg.EXIT, GONE), Leg.STOP), Leg.TARGET), "0", "wait"),
        (lambda: refused(protected(), Leg.STOP, "Too many open orders."), "0", "wait"),
        (lambda: ended(closed_by_others().intended(Leg.STOP, trigger="29000").answered(),
                       "0.6", Leg.STOP), "0", "wait"),
    ],
)  # fmt: skip
def test_a_position_closed_by_other_hands(build: Build, net_size: str, expected: str) -> None:
    check(build, expected, net_size=net_size)


def test_the_end_says_how_long_it_was_held_and_why_nothing_traded() -> None:
    builder = entered().wait(HOUR).leaving().intended(Leg.EXIT)
    bought = builder.lifecycle.fills[0].traded_at
    sold = builder.now
    step = step_of(builder.filled(leg=Leg.EXIT))
    assert isinstance(step, Record)
    assert isinstance(step.event, ExecutionFinished)
    assert (step.event.outcome, step.event.held_for) == (Outcome.CLOSED, sold - bought)

    untraded = step_of(refused(waiting(), Leg.ENTRY, "Insufficient margin to place order."))
    assert isinstance(untraded, Record)
    assert untraded.event.reason == (
        "the entry ended untraded: Insufficient margin to place order."
    )


def test_every_cause_either_ends_the_plan_or_lets_it_wait_and_says_so_once() -> None:
    for cause in RefusalCause:
        builder = refused(waiting(), Leg.ENTRY, "no", cause)
        for times in range(3):
            step = step_of(builder)
            assert isinstance(step, Record)
            assert isinstance(step.event, EntryRearmed) is cause.passes
            if not isinstance(step.event, EntryRearmed):
                break
            assert (step.event.cause, step.event.is_repeated) == (cause, times > 0)
            assert (Tag.DM_EXECUTION_FEEDBACK in step.event.routing) is (times == 0)
            refused(builder.event(step.event).triggered(), Leg.ENTRY, "no", cause)
