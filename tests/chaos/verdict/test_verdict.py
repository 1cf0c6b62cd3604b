"""Whatever may be found wrong in journal and ledger comes into the verdict."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chaos.verdict.after_end import Moments
from chaos.verdict.records import Ending, Ledger, PlannedOrder, PlanRecord
from chaos.verdict.refusals import MOST_REFUSED_EXITS
from chaos.verdict.verdict import View, verdict
from tests.chaos.verdict.test_judge import (
    CLOSED,
    DONE,
    ENTRY,
    HOLDING,
    PROTECTED,
    accepted,
    with_orders,
    without_stop,
)
from trader.lifecycle.stage import Leg, Outcome, Stage

AT_REST = View((HOLDING,), PROTECTED)
AT_END = View((DONE,), CLOSED)
BEFORE = datetime(2025, 1, 1, tzinfo=UTC)


def refused(leg: Leg, number: int = 0) -> PlannedOrder:
    return replace(
        ENTRY,
        cloid=f"{leg}-{number}",
        leg=leg,
        has_landed=False,
        is_refused=True,
        venue_text="Trading is halted.",
    )


def done(plan: PlanRecord, ledger: Ledger = CLOSED) -> View:
    return View((plan,), ledger)


DOUBTFUL = replace(refused(Leg.EXIT), is_refused=False, is_doubtful=True)
REFUSED_EXITS = tuple(refused(Leg.EXIT, number) for number in range(MOST_REFUSED_EXITS + 1))
REFUSED_PLAN = PlanRecord(
    "plan", Stage.DONE, "ETH", outcome=Outcome.REJECTED, orders=(refused(Leg.ENTRY),)
)
ENDED_EARLY = (Ending(0, BEFORE, "plan_expired", is_final=True),)


def crimes(at_rest: View, at_end: View) -> set[str]:
    return {str(found.crime) for found in verdict(["plan"], at_rest, at_end, Moments({}))}


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert crimes(AT_REST, AT_END) == set()


@pytest.mark.parametrize(
    ("at_rest", "at_end", "crime"),
    [
        (View((HOLDING,), without_stop(PROTECTED)), AT_END, "unprotected"),
        (View((replace(HOLDING, is_leaving=True),), PROTECTED), AT_END, "not_done_in_time"),
        (AT_REST, AT_REST, "not_done_in_time"),
        (AT_REST, done(DONE, with_orders(CLOSED, accepted("entry", 3))), "duplicate"),
        (AT_REST, done(DONE, replace(CLOSED, positions=PROTECTED.positions)), "lost"),
        (AT_REST, done(replace(DONE, projection_agrees=False)), "difference"),
        (AT_REST, done(replace(DONE, orders=(*DONE.orders, DOUBTFUL))), "unresolved"),
        (AT_REST, done(replace(DONE, endings=ENDED_EARLY)), "after_end"),
        (AT_REST, done(replace(DONE, orders=(*DONE.orders, *REFUSED_EXITS))), "repeated_refusal"),
        (AT_REST, done(REFUSED_PLAN, Ledger()), "lost_to_passing"),
    ],
)
def test_what_is_wrong_is_found(at_rest: View, at_end: View, crime: str) -> None:
    assert crime in crimes(at_rest, at_end)


def test_what_is_held_for_a_while_is_not_lost() -> None:
    held = replace(HOLDING, trades=())
    assert crimes(View((held,), PROTECTED), AT_END) == {"not_done_in_time"}
