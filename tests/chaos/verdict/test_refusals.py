"""Exits that are refused without end, and plans that ended by what passes."""

from dataclasses import replace

import pytest

from chaos.verdict.finding import Crime
from chaos.verdict.records import PlannedOrder, PlanRecord
from chaos.verdict.refusals import (
    MOST_REFUSED_EXITS,
    lost_to_passing,
    refused_exits,
    repeated_refusals,
)
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.risk.control import Control

PLAN = PlanRecord("plan", Stage.DONE)


def refused(leg: Leg, number: int = 0, text: str = "") -> PlannedOrder:
    return PlannedOrder(
        f"{leg}-{number}", leg, "0xsigner", number, is_refused=True, venue_text=text
    )


@pytest.mark.parametrize("leg", [Leg.STOP, Leg.TARGET, Leg.EXIT])
def test_exits_may_be_refused_so_often_and_no_more(leg: Leg) -> None:
    often = [refused(leg, number) for number in range(MOST_REFUSED_EXITS)]
    plan = replace(PLAN, orders=(*often, refused(Leg.ENTRY)))
    assert refused_exits(plan) == MOST_REFUSED_EXITS
    assert repeated_refusals([plan]) == ()
    (found,) = repeated_refusals([replace(plan, orders=(*often, refused(leg, 99)))])
    assert (found.crime, found.subject) == (Crime.REPEATED_REFUSAL, "plan")


@pytest.mark.parametrize(
    ("outcome", "text", "is_lost"),
    [
        (Outcome.REJECTED, "Trading is halted.", True),
        (
            Outcome.REJECTED,
            "Only post-only orders allowed immediately after a network upgrade",
            True,
        ),
        (Outcome.REJECTED, "Order price too far from oracle", True),
        (Outcome.REJECTED, "Too many cumulative requests sent (10001 > 10000)", True),
        (
            Outcome.REJECTED,
            "Order would increase open interest while open interest is capped",
            True,
        ),
        (Outcome.REJECTED, "Insufficient margin to place order. asset=1", False),
        (Outcome.REJECTED, "iocCancelRejected", False),
        (Outcome.CLOSED, "Trading is halted.", False),
        (Outcome.EXPIRED, "Trading is halted.", False),
    ],
)
def test_a_plan_must_not_end_by_a_refusal_that_passes(
    outcome: Outcome, text: str, is_lost: bool
) -> None:
    plan = replace(PLAN, outcome=outcome, orders=(refused(Leg.ENTRY, text=text),))
    found = lost_to_passing([plan])
    assert [each.crime for each in found] == [Crime.LOST_TO_PASSING] * is_lost


def test_the_last_entrys_refusal_is_what_ended_the_plan() -> None:
    first, last = refused(Leg.ENTRY, 1, "Trading is halted."), refused(Leg.ENTRY, 2, "tickRejected")
    assert lost_to_passing([replace(PLAN, outcome=Outcome.REJECTED, orders=(first, last))]) == ()


@pytest.mark.parametrize(
    ("control", "is_lost"), [(Control.ADDRESS_BUDGET, True), (Control.EXIT_ALREADY_PASSED, False)]
)
def test_a_denial_by_a_shortage_passes(control: Control, is_lost: bool) -> None:
    plan = replace(PLAN, outcome=Outcome.DENIED, denied_by=control)
    assert bool(lost_to_passing([plan])) is is_lost
