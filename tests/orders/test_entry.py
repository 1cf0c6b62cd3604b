from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.builders import LIMITS, cancel_requested, guarded_plan, waiting
from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_quote
from tests.venues.builders import BTC
from trader.lifecycle.plan_events import PlanCancelled, PlanExpired
from trader.lifecycle.stage import Leg
from trader.orders.draft import OrderDraft
from trader.orders.entry import Refused, decide_entry, end_before_entry
from trader.plans.plan import Direction, EquityFraction, LimitEntry, MarketEntry, Plan
from trader.risk.control import Control
from trader.risk.entry_facts import EntryFacts
from trader.risk.events import EntryDenied
from trader.strands.kinds import Tag
from trader.venues.instrument import Side
from trader.venues.orders import TimeInForce

NOW = START + timedelta(seconds=2)
SHORT = {"direction": Direction.SHORT, "stop_loss": Decimal(31000), "take_profit": Decimal(29000)}


def facts(equity: int | None = None, opposing: str | None = None) -> EntryFacts:
    return EntryFacts(
        decided_at=NOW,
        instrument=BTC,
        limits=LIMITS,
        equity=None if equity is None else Decimal(equity),
        opposing=opposing,
    )


def decide(plan: Plan, known: EntryFacts | None = None) -> OrderDraft | Refused:
    lifecycle = waiting().lifecycle
    return decide_entry(lifecycle, plan, a_quote(at=NOW), known or facts())


@pytest.mark.parametrize(
    ("changes", "side", "limit_price", "time_in_force"),
    [
        ({"order": MarketEntry(max_slippage_bps=Decimal(100))}, Side.BUY, 30300, TimeInForce.IOC),
        (
            {**SHORT, "order": MarketEntry(max_slippage_bps=Decimal(100))},
            Side.SELL, 29700, TimeInForce.IOC,
        ),
        ({"order": LimitEntry(price=Decimal(29900))}, Side.BUY, 29900, TimeInForce.GTC),
        ({**SHORT, "order": LimitEntry(price=Decimal(30100))}, Side.SELL, 30100, TimeInForce.GTC),
        (
            {"order": LimitEntry(price=Decimal(29900), post_only=True)},
            Side.BUY, 29900, TimeInForce.POST_ONLY,
        ),
    ],
)  # fmt: skip
def test_the_order_that_opens_the_position(
    changes: dict[str, object], side: Side, limit_price: int, time_in_force: TimeInForce
) -> None:
    draft = decide(guarded_plan(**changes))

    assert draft == OrderDraft(
        leg=Leg.ENTRY,
        symbol="BTC",
        side=side,
        size=Decimal(1),
        limit_price=Decimal(limit_price),
        time_in_force=time_in_force,
    )


def test_a_fraction_of_equity_is_taken_at_the_mid() -> None:
    draft = decide(guarded_plan(size=EquityFraction(value=Decimal("0.5"))), facts(equity=30_000))

    assert isinstance(draft, OrderDraft)
    assert draft.size == Decimal("0.5")


def test_a_fraction_of_nothing_is_denied_and_not_sent() -> None:
    denied = decide(guarded_plan(size=EquityFraction(value=Decimal(1))), facts(equity=0))

    assert isinstance(denied, EntryDenied)
    assert denied.control is Control.SIZE_BELOW_MINIMUM


@pytest.mark.parametrize(("opposing", "is_denied"), [("lifecycle-9", True), (None, False)])
def test_another_plan_on_the_other_side_stops_the_entry(
    opposing: str | None, is_denied: bool
) -> None:
    decision = decide(guarded_plan(), facts(opposing=opposing))

    assert isinstance(decision, EntryDenied) is is_denied
    if isinstance(decision, EntryDenied):
        assert (decision.control, decision.value) == (Control.OPPOSING_POSITION, "lifecycle-9")


def test_a_cancelled_plan_is_not_entered() -> None:
    lifecycle = cancel_requested(waiting()).lifecycle
    ended = decide_entry(lifecycle, guarded_plan(), a_quote(at=NOW), facts())

    assert isinstance(ended, PlanCancelled)
    assert ended.requested_by == "operator"


@pytest.mark.parametrize(
    ("before", "ended"), [(timedelta(microseconds=1), False), (timedelta(0), True)]
)
def test_a_plan_ends_at_its_time_to_the_microsecond(before: timedelta, ended: bool) -> None:
    plan = guarded_plan()
    end = end_before_entry(waiting().lifecycle, plan, plan.valid_until - before)

    assert isinstance(end, PlanExpired) is ended


def stale(times: int) -> EntryDenied:
    """The denial of a plan that was denied for the same reason so many times before."""
    builder = waiting()
    for _ in range(times):
        decision = decide_at(builder, after=11 * SECOND)
        builder.event(decision).triggered()
    return decide_at(builder, after=11 * SECOND)


def decide_at(builder: LifecycleBuilder, after: timedelta) -> EntryDenied:
    """What a control says of the plan so long after it was triggered."""
    now = builder.now + after
    known = facts().model_copy(update={"decided_at": now})
    denied = decide_entry(builder.lifecycle, builder.plan, a_quote(at=now), known)
    assert isinstance(denied, EntryDenied)
    return denied


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_control_that_passes_holds_twice_as_long_each_time_and_is_told_once(times: int) -> None:
    denied = stale(times)
    assert denied.control is Control.STALE_PRICE
    assert denied.wait == SECOND * 2**times
    assert denied.is_repeated is (times > 0)
    assert (Tag.DM_EXECUTION_FEEDBACK in denied.routing) is (times == 0)


def test_a_final_denial_is_always_told() -> None:
    denied = decide(guarded_plan(), facts(opposing="lifecycle-9"))
    assert isinstance(denied, EntryDenied)
    assert (denied.is_final, denied.wait, denied.is_repeated) == (True, timedelta(), False)
    assert Tag.DM_EXECUTION_FEEDBACK in denied.routing
