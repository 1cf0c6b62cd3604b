"""Opposite plans of one account: closed against each other, exact to the last lot."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.orders.builders import entered, overtraded, waiting
from tests.orders.desk import MID, SIZE, Desk
from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan, covered
from trader.lifecycle.position_events import HeldByPlan, PositionNetted
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.orders.netting import books_of, closed_between, netted, opposes
from trader.orders.sender import Placement
from trader.plans.plan import Direction, Quantity
from trader.replay.replay import projection_differs, replay
from trader.venues.orders import AnswerKind

LOT = Decimal("0.001")
SHORT = {
    "direction": Direction.SHORT,
    "stop_loss": Decimal(63_000),
    "take_profit": Decimal(57_000),
}
sizes = st.integers(-50, 50).filter(bool).map(lambda lots: lots * LOT)
books = st.lists(sizes, min_size=1, max_size=6).map(
    lambda held: [HeldByPlan(lifecycle_id=f"plan-{i}", size=size) for i, size in enumerate(held)]
)


@given(books)
def test_netting_adds_up_and_nobody_grows_or_turns(held: list[HeldByPlan]) -> None:
    changes = closed_between(held)
    assert sum(changes.values(), Decimal(0)) == 0
    after = [book.size + changes.get(book.lifecycle_id, Decimal(0)) for book in held]
    for book, size in zip(held, after, strict=True):
        assert abs(size) <= abs(book.size)
        assert size * book.size >= 0
    assert not (any(size > 0 for size in after) and any(size < 0 for size in after))


@given(books)
def test_who_was_there_before_keeps_the_longest(held: list[HeldByPlan]) -> None:
    changes = closed_between(held)
    for sign in (1, -1):
        side = [book for book in held if book.size * sign > 0]
        kept = [book.size + changes.get(book.lifecycle_id, Decimal(0)) for book in side]
        cut = [book.size != size for book, size in zip(side, kept, strict=True)]
        assert all(size == 0 for size, is_cut in zip(kept[1:], cut, strict=False) if is_cut)


def test_one_netting_says_what_it_was_decided_upon() -> None:
    held = [HeldByPlan(lifecycle_id="a", size=2 * LOT), HeldByPlan(lifecycle_id="b", size=-LOT)]
    event = netted("a", held, LOT, MID)
    assert event is not None
    assert (event.size, event.price, event.net_size) == (-LOT, MID, LOT)
    assert event.reason == (
        "the account holds 0.001, because b held the other side: "
        "0.001 is closed against it at 60000"
    )
    assert netted("c", held, LOT, MID) is None


def test_what_a_plan_owes_is_not_held_against_others() -> None:
    owing = overtraded().lifecycle
    assert owing.owes
    assert not opposes(entered().lifecycle, owing)
    assert books_of([owing]) == ()


def test_only_what_both_hold_is_held_against_each_other() -> None:
    long, short = entered().lifecycle, entered(**SHORT).lifecycle
    empty = waiting(**SHORT).lifecycle
    assert opposes(long, short)
    assert opposes(short, long)
    assert not opposes(long, long)
    assert not opposes(long, empty)
    assert not opposes(empty, long)


def test_a_position_is_as_old_as_its_first_trade() -> None:
    first = LifecycleBuilder(a_plan(), "first").accepted().triggered().intended(size="2")
    second = LifecycleBuilder(a_plan(), "second").accepted().triggered().intended()
    first.answered(AnswerKind.WAITING).filled(traded_at=START)
    second.answered(AnswerKind.WAITING).filled(traded_at=START + SECOND)
    first.filled(traded_at=START + 2 * SECOND)
    ages = [book.lifecycle_id for book in books_of([second.lifecycle, first.lifecycle])]
    assert ages == ["first", "second"]


def entered_at_once(desk: Desk, *plans: str) -> None:
    """Each by a worker that decided before any other had written."""
    workers = [desk.worker(desk.connect()) for _ in plans]
    decided = [w.entries.decide(desk.load(p)) for w, p in zip(workers, plans, strict=True)]
    for worker, decision in zip(workers, decided, strict=True):
        assert isinstance(decision, Placement)
        worker.sender.place(decision)


def sized(lots: int, **changes: object) -> dict[str, object]:
    return {"size": Quantity(value=lots * SIZE / 10), **changes}


def swept(desk: Desk, plans: list[str], times: int = 4) -> None:
    for _ in range(times):
        for plan in plans:
            desk.track(plan)


def refused_exits(desk: Desk, plan: str) -> int:
    exits = desk.load(plan).orders_of(Leg.STOP, Leg.TARGET, Leg.EXIT)
    return sum(order.state == "rejected" for order in exits)


@pytest.mark.parametrize("first", [0, 1])
def test_opposite_plans_that_met_are_closed_against_each_other(desk: Desk, first: int) -> None:
    plans = [desk.trigger(), desk.trigger(**SHORT)]
    entered_at_once(desk, *plans)
    assert desk.held() == 0
    swept(desk, plans if first == 0 else plans[::-1])
    for plan in plans:
        lifecycle = desk.load(plan)
        assert (lifecycle.stage, lifecycle.outcome) == (Stage.ANALYZE, Outcome.NETTED)
        assert lifecycle.position.size == 0
        assert refused_exits(desk, plan) <= 4
        assert desk.events(plan).count("position_netted") == 1
        strands = desk.store.load(plan)
        assert replay(strands) == ()
        assert not projection_differs(strands, desk.store.lifecycle(plan))
    assert desk.working() == []
    realised = [desk.load(plan).position.realised for plan in plans]
    assert sum(realised) == sum(
        -fill.side.sign * fill.size * fill.price for plan in plans for fill in desk.load(plan).fills
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_remains_is_held_by_the_oldest_and_stays_protected(
    desk: Desk, order: tuple[int, int, int]
) -> None:
    plans = [
        desk.trigger(**sized(10)),
        desk.trigger(**sized(10)),
        desk.trigger(**sized(15, **SHORT)),
    ]
    entered_at_once(desk, *plans)
    assert desk.held() == SIZE / 2
    swept(desk, [plans[place] for place in order])
    held = [desk.load(plan).position.size for plan in plans]
    assert held == [SIZE / 2, 0, 0]
    assert covered(desk.load(plans[0]), Leg.STOP) == SIZE / 2
    assert [desk.load(plan).outcome for plan in plans[1:]] == [Outcome.NETTED] * 2
    desk.cancel(plans[0], close=True)
    swept(desk, plans)
    assert desk.load(plans[0]).stage is Stage.ANALYZE
    assert (desk.held(), desk.working()) == (0, [])


def test_a_netting_is_written_for_all_or_for_none(desk: Desk) -> None:
    """The other plan moves on between the look and the writing."""
    plans = [desk.trigger(), desk.trigger(**SHORT)]
    entered_at_once(desk, *plans)
    desk.track(plans[1], desk.connect())
    desk.venue.before_quote = lambda: desk.cancel(plans[1])
    swept(desk, plans)
    assert desk.events(plans[0]).count("position_netted") == 1
    assert desk.events(plans[1]).count("position_netted") == 1


def test_a_tampered_netting_is_found(desk: Desk) -> None:
    plans = [desk.trigger(), desk.trigger(**SHORT)]
    entered_at_once(desk, *plans)
    swept(desk, plans)
    strands = desk.store.load(plans[0])
    seq = next(s.seq for s in strands if s.content["event"] == "position_netted")
    for change in ({"size": "-0.02"}, {"books": []}):
        tampered = [
            replace(s, content={**s.content, **change}) if s.seq == seq else s for s in strands
        ]
        assert [found.seq for found in replay(tampered)][:1] == [seq]


def test_the_event_is_an_alarm() -> None:
    held = [HeldByPlan(lifecycle_id="a", size=LOT), HeldByPlan(lifecycle_id="b", size=-LOT)]
    event = netted("a", held, Decimal(0), MID)
    assert isinstance(event, PositionNetted)
    assert event.status == "alarm"
