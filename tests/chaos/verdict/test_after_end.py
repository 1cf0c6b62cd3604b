"""Orders for plans that were cancelled or had ended are found, in evidence that was made up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chaos.clocks import ClockStep
from chaos.verdict.after_end import ON_ITS_WAY_SECONDS, ORDER_EXPIRY_SECONDS, Moments, after_end
from chaos.verdict.finding import Crime
from chaos.verdict.outages import Outage
from chaos.verdict.records import AcceptedOrder, Ending, Ledger, PlannedOrder, PlanRecord
from trader.lifecycle.stage import Leg, Stage

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


ENTRY = PlannedOrder("entry", Leg.ENTRY, "0xsigner", 1, intent_seq=2)
EXIT = PlannedOrder("exit", Leg.EXIT, "0xsigner", 2, intent_seq=5)
CANCELLED = Ending(3, at(10), "cancel_requested", is_final=False)
FINISHED = Ending(8, at(20), "execution_finished", is_final=True)
PLAN = PlanRecord("plan", Stage.DONE, "ETH", orders=(ENTRY, EXIT), endings=(CANCELLED, FINISHED))
"""It was cancelled at 10 s, closed its position, and ended at 20 s."""


def accepted(cloid: str, second: float) -> AcceptedOrder:
    return AcceptedOrder(cloid, 1, "ETH", "0xsigner", 1, Decimal(1), Decimal(0), at(second))


def texts(plan: PlanRecord, *orders: AcceptedOrder, moments: Moments | None = None) -> list[str]:
    found = after_end([plan], Ledger(orders=orders), moments or Moments({}))
    assert all((each.crime, each.subject) == (Crime.AFTER_END, "plan") for each in found)
    return [each.text for each in found]


def test_an_entry_before_and_exits_after_a_cancellation_are_right() -> None:
    assert texts(PLAN, accepted("entry", 9), accepted("exit", 15)) == []


def test_an_entry_that_was_intended_after_the_cancellation_is_wrong() -> None:
    plan = replace(PLAN, orders=(replace(ENTRY, intent_seq=4), EXIT))
    expected = "the entry order entry was intended by strand 4, after cancel_requested (strand 3)"
    assert texts(plan) == [expected]
    assert texts(plan, accepted("entry", 1)) == [expected]


def test_no_order_at_all_may_be_intended_after_the_end() -> None:
    plan = replace(PLAN, orders=(ENTRY, replace(EXIT, intent_seq=9)))
    (text,) = texts(plan)
    assert (
        text == "the exit order exit was intended by strand 9, after execution_finished (strand 8)"
    )


@pytest.mark.parametrize(("late", "is_wrong"), [(-1.0, False), (0.0, False), (0.001, True)])
def test_nothing_may_be_accepted_after_the_end(late: float, is_wrong: bool) -> None:
    assert bool(texts(PLAN, accepted("exit", 20 + late))) is is_wrong


@pytest.mark.parametrize(
    ("late", "is_wrong"), [(ON_ITS_WAY_SECONDS, False), (ON_ITS_WAY_SECONDS + 0.001, True)]
)
def test_an_entry_may_be_on_its_way_when_its_plan_is_cancelled(late: float, is_wrong: bool) -> None:
    assert bool(texts(PLAN, accepted("entry", 10 + late))) is is_wrong


def test_a_venue_that_stands_has_requests_on_their_way() -> None:
    stood = Moments({}, outages=[Outage(at(9), at(16))])
    assert texts(PLAN, accepted("entry", 16.5), moments=stood) == []
    assert texts(PLAN, accepted("exit", 20.5), moments=stood)


@pytest.mark.parametrize(
    ("stall", "late", "is_wrong"),
    [
        ((5, 7), ORDER_EXPIRY_SECONDS, False),
        ((5, 7), ORDER_EXPIRY_SECONDS + 0.001, True),
        ((1, 3.9), ON_ITS_WAY_SECONDS + 0.001, True),  # an order of then has expired
        ((17, 20), ON_ITS_WAY_SECONDS + 0.001, True),  # it was accepted before
    ],
)
def test_a_process_that_stands_delays_an_order_until_it_expires(
    stall: tuple[float, float], late: float, is_wrong: bool
) -> None:
    stood = Moments({}, stalls=[Outage(at(stall[0]), at(stall[1]))])
    assert bool(texts(PLAN, accepted("entry", 10 + late), moments=stood)) is is_wrong


def test_whoever_cancelled_knows_best_when_it_was_written() -> None:
    known = Moments({"plan": at(14)})
    assert texts(PLAN, accepted("entry", 15), moments=known) == []


@pytest.mark.parametrize(
    ("ahead", "is_wrong"),
    [
        # Written at 40 s by a clock that was 20 s behind: the order came before.
        (-20, False),
        # Written at 0 s by a clock that was 20 s ahead, or at 20 s by a right one.
        (20, True),
    ],
)
def test_a_wrong_clock_proves_nothing(ahead: float, is_wrong: bool) -> None:
    step = ClockStep("worker-exchange", timedelta(seconds=ahead), at(0), at(60))
    assert bool(texts(PLAN, accepted("exit", 30), moments=Moments({}, [step]))) is is_wrong
