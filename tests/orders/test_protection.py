from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.builders import (
    GONE,
    PASSED,
    cancel_sent,
    died,
    entered,
    protected,
    resting,
    stopped,
    targeted,
    unknown,
)
from tests.support.lifecycles import SECOND, LifecycleBuilder
from tests.venues.builders import BTC
from trader.lifecycle.order_events import CancelSent, OrderReported
from trader.lifecycle.stage import Leg
from trader.orders.draft import OrderDraft
from trader.orders.protection import (
    ANSWER_TIME,
    ProtectionChange,
    is_unprotectable,
    protection_change,
)
from trader.plans.plan import Direction
from trader.venues.instrument import Side
from trader.venues.orders import AnswerKind, OrderReport, Trigger, TriggerKind, VenueOrderState

SHORT = {"direction": Direction.SHORT, "stop_loss": Decimal(31000), "take_profit": Decimal(29000)}


def change_of(builder: LifecycleBuilder) -> ProtectionChange:
    return protection_change(builder.lifecycle, builder.plan, BTC, builder.now)


def summary(builder: LifecycleBuilder) -> tuple[list[str], list[str]]:
    change = change_of(builder)
    added = [f"{draft.leg} {draft.size}" for draft in change.add]
    withdrawn = [f"{order.leg}-{order.intended.attempt}" for order in change.withdraw]
    return added, withdrawn


def part_entered(size: str = "0.4") -> LifecycleBuilder:
    return resting().filled(size=size)


STOP_ONLY = {"take_profit": None}


def targeted_only() -> LifecycleBuilder:
    return entered(stop_loss=None)


def grown(by: str, before: str = "0.4") -> LifecycleBuilder:
    """The stop was placed for `before`, then the entry filled `by` more."""
    builder = resting(**STOP_ONLY).filled(size=before)
    return stopped(builder, before).filled(size=by)


def entry_over(builder: LifecycleBuilder) -> LifecycleBuilder:
    filled = builder.lifecycle.orders_of(Leg.ENTRY)[-1].filled
    return builder.reported(VenueOrderState.CANCELLED, remaining=str(1 - filled))


@pytest.mark.parametrize(
    ("build", "added", "withdrawn"),
    [
        (entered, ["stop 1", "target 1"], []),
        (part_entered, ["stop 0.4", "target 0.4"], []),
        (lambda: part_entered("0.0002"), ["stop 0.0002", "target 0.0002"], []),
        (protected, [], []),
        (lambda: stopped(entered()), ["target 1"], []),
        (lambda: entered(take_profit=None), ["stop 1"], []),
        (lambda: entered(stop_loss=None), ["target 1"], []),
        (lambda: entered(stop_loss=None, take_profit=None), [], []),
        (lambda: grown("0.3"), ["stop 0.3"], []),
        (lambda: unknown(entered(**STOP_ONLY).intended(Leg.STOP, trigger="29000")), ["stop 1"], []),
        (lambda: entered(**STOP_ONLY).intended(Leg.STOP, trigger="29000"), ["stop 1"], []),
        (lambda: unknown(targeted_only().intended(Leg.TARGET, trigger="31000")), [], []),
        (
            lambda: protected().reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="1"),
            ["stop 1"], [],
        ),
    ],
    ids=[
        "entered", "entered in part", "a part below the minimum", "protected",
        "the target is missing", "no target wanted", "no stop wanted", "no exits wanted",
        "grown", "a stop in doubt is none", "a stop without an answer is none",
        "a target in doubt counts as there", "withdrawn by other hands",
    ],
)  # fmt: skip
def test_each_exit_covers_what_is_held(
    build: Callable[[], LifecycleBuilder], added: list[str], withdrawn: list[str]
) -> None:
    assert summary(build()) == (added, withdrawn)


@pytest.mark.parametrize(
    ("direction", "by", "added"),
    [
        ({}, "0.00038", []),
        ({}, "0.00039", ["stop 0.00039"]),
        (SHORT, "0.00032", []),
        (SHORT, "0.00033", ["stop 0.00033"]),
    ],
)
def test_a_part_waits_while_the_venue_would_refuse_it_as_too_small(
    direction: dict[str, object], by: str, added: list[str]
) -> None:
    """Ten US dollars at the trigger or at the order's own worst price, whichever is less."""
    plan = {**direction, **STOP_ONLY}
    stop = "31000" if direction else "29000"
    builder = resting(**plan).filled(size="0.4")
    builder.intended(Leg.STOP, size="0.4", trigger=stop).answered().filled(size=by)

    assert summary(builder) == (added, [])


def test_a_small_rest_is_covered_by_one_order_for_all_before_the_old_one_goes() -> None:
    builder = entry_over(grown("0.0001"))
    assert summary(builder) == (["stop 0.4001"], [])

    placed = builder.intended(Leg.STOP, size="0.4001", trigger="29000")
    assert summary(placed.answered()) == ([], ["stop-1"])


def test_a_smaller_order_that_is_in_doubt_is_waited_for_while_the_larger_one_stands() -> None:
    builder = targeted(stopped(entered())).filled("31000", "0.4", Leg.TARGET)
    assert summary(unknown(builder.intended(Leg.STOP, size="0.6", trigger="29000"))) == ([], [])


def test_a_withdrawn_order_is_not_withdrawn_twice() -> None:
    builder = entry_over(grown("0.0001")).intended(Leg.STOP, size="0.4001", trigger="29000")
    builder.answered()
    first = builder.lifecycle.orders_of(Leg.STOP)[0]
    (withdrawn,) = change_of(builder).withdraw
    assert withdrawn == first

    builder.event(
        CancelSent(asked_at=builder.now, cloids=(first.cloid,), answers=("",), reason="too much")
    )
    assert summary(builder) == ([], [])


def test_a_position_that_shrank_gets_a_smaller_stop_before_the_larger_one_goes() -> None:
    builder = targeted(stopped(entered())).filled("31000", "0.4", Leg.TARGET)
    assert summary(builder) == (["stop 0.6"], [])

    builder.intended(Leg.STOP, size="0.6", trigger="29000").answered()
    assert summary(builder) == ([], ["stop-1"])


def test_an_order_that_trades_now_is_left_alone() -> None:
    builder = entry_over(grown("0.0001")).reported(
        VenueOrderState.TRIGGERED, Leg.STOP, remaining="0.4"
    )
    builder.intended(Leg.STOP, size="0.4001", trigger="29000").answered()

    assert summary(builder) == ([], [])


@pytest.mark.parametrize(
    ("plan", "side", "stop", "stop_limit", "target", "target_limit"),
    [
        ({}, Side.SELL, 29000, 26100, 31000, 27900),
        (SHORT, Side.BUY, 31000, 34100, 29000, 31900),
    ],
)
def test_exits_stand_at_the_plans_prices_and_only_reduce(
    plan: dict[str, object], side: Side, stop: int, stop_limit: int, target: int, target_limit: int
) -> None:
    def exit_order(leg: Leg, kind: TriggerKind, price: int, limit: int) -> OrderDraft:
        return OrderDraft(
            leg=leg,
            symbol="BTC",
            side=side,
            size=Decimal(1),
            limit_price=Decimal(limit),
            trigger=Trigger(kind=kind, price=Decimal(price)),
            reduce_only=True,
        )

    assert change_of(entered(**plan)).add == (
        exit_order(Leg.STOP, TriggerKind.STOP, stop, stop_limit),
        exit_order(Leg.TARGET, TriggerKind.TARGET, target, target_limit),
    )


def refused(builder: LifecycleBuilder, leg: Leg, *texts: str) -> LifecycleBuilder:
    for text in texts:
        builder.intended(leg, trigger="29000").answered(AnswerKind.REJECTED, text=text)
    return builder


@pytest.mark.parametrize("leg", [Leg.STOP, Leg.TARGET])
@pytest.mark.parametrize(
    ("texts", "unprotectable"),
    [
        ((), False),
        (("Too many open orders.",) * 2, False),
        (("Too many open orders.",) * 3, True),
        ((PASSED,), True),
        (("Too many open orders.", PASSED), True),
        ((GONE,), False),
    ],
)
def test_when_an_exit_cannot_be_had(leg: Leg, texts: tuple[str, ...], unprotectable: bool) -> None:
    assert is_unprotectable(refused(entered(), leg, *texts).lifecycle) is unprotectable


def test_a_period_in_which_an_exit_at_market_is_refused_too_is_waited_out() -> None:
    said = "Only post-only orders allowed immediately after a network upgrade"

    assert not is_unprotectable(refused(entered(), Leg.STOP, *[said] * 9).lifecycle)


def test_a_passed_trigger_is_known_by_its_status_too() -> None:
    builder = entered().intended(Leg.STOP, trigger="29000")
    builder.reported(VenueOrderState.REJECTED, Leg.STOP, venue_status="badTriggerPxRejected")

    assert is_unprotectable(builder.lifecycle)


def test_refusals_count_in_a_row_only() -> None:
    busy = "Too many open orders."
    builder = refused(stopped(refused(entered(), Leg.STOP, busy, busy)), Leg.STOP, busy)

    assert not is_unprotectable(builder.lifecycle)


def in_doubt(count: int) -> LifecycleBuilder:
    """So many stops were sent, and nobody knows what became of them."""
    builder = entered(**STOP_ONLY)
    for _ in range(count):
        unknown(builder.intended(Leg.STOP, trigger="29000"))
    return builder


@pytest.mark.parametrize(("count", "added"), [(1, ["stop 1"]), (2, ["stop 1"]), (3, []), (4, [])])
def test_so_many_stops_may_be_in_doubt_at_a_time(count: int, added: list[str]) -> None:
    assert summary(in_doubt(count)) == (added, [])


def test_a_stop_that_is_proved_dead_makes_room_for_another() -> None:
    assert summary(died(in_doubt(3))) == (["stop 1"], [])


def test_when_two_stops_turn_out_to_stand_one_is_withdrawn() -> None:
    builder = in_doubt(1).intended(Leg.STOP, trigger="29000").answered()
    assert summary(builder) == ([], [])

    first = builder.lifecycle.orders_of(Leg.STOP)[0]
    report = OrderReport(
        cloid=first.cloid,
        order_id=7,
        symbol="BTC",
        side=first.request.side,
        state=VenueOrderState.OPEN,
        venue_status="open",
        original_size=Decimal(1),
        remaining_size=Decimal(1),
        reported_at=builder.now,
    )
    builder.event(OrderReported(cloid=first.cloid, leg=Leg.STOP, report=report, reason="it stands"))
    assert summary(builder) == ([], ["stop-1"])


def test_a_third_that_is_in_doubt_does_not_keep_two_that_stand() -> None:
    """The latest confirmed one stays; what becomes of the doubt is withdrawn when it shows."""
    builder = stopped(stopped(entered(**STOP_ONLY)))
    assert summary(unknown(builder.intended(Leg.STOP, trigger="29000"))) == ([], ["stop-1"])


def test_an_older_stop_of_the_right_size_is_kept() -> None:
    builder = stopped(stopped(entered(**STOP_ONLY)), "0.4")
    assert summary(builder) == ([], ["stop-2"])


def test_a_stop_that_was_asked_to_be_cancelled_is_none() -> None:
    builder = cancel_sent(stopped(entered(**STOP_ONLY)), Leg.STOP)
    assert builder.lifecycle.is_bare
    assert summary(builder) == (["stop 1"], [])
    assert not cancel_sent(stopped(entered(**STOP_ONLY)), Leg.STOP, "unheard").lifecycle.is_bare


def test_a_stop_of_which_the_venue_says_what_nobody_knows_is_none() -> None:
    builder = stopped(entered(**STOP_ONLY))
    builder.reported(VenueOrderState.UNRECOGNISED, Leg.STOP, remaining="1")
    assert summary(builder) == (["stop 1"], [])


@pytest.mark.parametrize(("after", "added"), [(-SECOND / 1000, []), (0 * SECOND, ["stop 1"])])
def test_a_stop_may_take_its_time_to_be_answered(after: timedelta, added: list[str]) -> None:
    builder = entered(**STOP_ONLY).intended(Leg.STOP, trigger="29000")
    intended_at = builder.now - SECOND
    now = intended_at + ANSWER_TIME + after
    change = protection_change(builder.lifecycle, builder.plan, BTC, now)
    assert [f"{draft.leg} {draft.size}" for draft in change.add] == added
