"""How long positions were held without their stop, in ledgers that were made up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chaos.clocks import ClockStep
from chaos.verdict.outages import Outage
from chaos.verdict.records import AcceptedOrder, Ending, Ledger, PlannedOrder, PlanRecord, Trade
from chaos.verdict.unprotected_time import unprotected_times
from trader.lifecycle.stage import Leg, Stage
from trader.positions.position import Netting

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LEGS = {"entry": Leg.ENTRY, "stop": Leg.STOP, "stop-2": Leg.STOP, "exit": Leg.EXIT}


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def plan(sign: int = 1, *, has_stop: bool = True) -> PlanRecord:
    orders = tuple(PlannedOrder(cloid, leg, "0xsigner", 1) for cloid, leg in LEGS.items())
    return PlanRecord("plan", Stage.DONE, "ETH", sign, has_stop=has_stop, orders=orders)


def trade(cloid: str | None, second: float, size: str, symbol: str = "ETH") -> Trade:
    return Trade(1, 1, cloid, symbol, Decimal(size), Decimal(3000), Decimal(0), at(second))


def stop(
    cloid: str, began: float, ended: float | None, size: str = "1", filled: str = "0"
) -> AcceptedOrder:
    ended_at = None if ended is None else at(ended)
    return AcceptedOrder(
        cloid, 1, "ETH", "0xsigner", 1, Decimal(size), Decimal(filled), at(began), ended_at
    )


def spans(ledger: Ledger, record: PlanRecord | None = None) -> list[tuple[float, float]]:
    found = unprotected_times(record or plan(), ledger, at(100))
    return [tuple((t - NOON).total_seconds() for t in (s.began, s.ended)) for s in found]


BOUGHT, SOLD = trade("entry", 10, "1"), trade("exit", 30, "-1")


@pytest.mark.parametrize(
    ("orders", "trades", "expected"),
    [
        pytest.param([], [], [], id="nothing was held"),
        pytest.param([], [BOUGHT], [(10, 100)], id="no stop came"),
        pytest.param([], [BOUGHT, SOLD], [(10, 30)], id="it was closed without one"),
        pytest.param([stop("stop", 12, None)], [BOUGHT], [(10, 12)], id="until the stop came"),
        pytest.param([stop("stop", 10, None)], [BOUGHT], [], id="the stop came at once"),
        pytest.param(
            [stop("stop", 12, 20), stop("stop-2", 25, None)], [BOUGHT], [(10, 12), (20, 25)],
            id="it ended, and another came",
        ),
        pytest.param(
            [stop("stop", 12, 20), stop("stop-2", 18, None)], [BOUGHT], [(10, 12)],
            id="another came before it ended",
        ),
        pytest.param(
            [stop("stop", 12, 30, filled="1")], [BOUGHT, trade("stop", 30, "-1")], [(10, 12)],
            id="the stop itself closed it",
        ),
        pytest.param(
            [stop("stop", 12, None, size="0.5")], [BOUGHT, SOLD], [(10, 30)],
            id="the stop covered a half",
        ),
        pytest.param(
            [stop("stop", 11, None)], [BOUGHT, trade("entry", 15, "1"), trade("exit", 17, "-2")],
            [(10, 11), (15, 17)],
            id="the position grew",
        ),
        pytest.param(
            [], [BOUGHT, trade("other", 9, "1", "BTC"), SOLD], [(10, 30)],
            id="other coins are none",
        ),
    ],
)  # fmt: skip
def test_the_ledger_tells_how_long(
    orders: list[AcceptedOrder], trades: list[Trade], expected: list[tuple[float, float]]
) -> None:
    assert spans(Ledger(orders=tuple(orders), trades=tuple(trades))) == expected


def test_a_plan_that_wants_no_stop_needs_none() -> None:
    assert spans(Ledger(trades=(BOUGHT,)), plan(has_stop=False)) == []


def test_a_short_position_needs_its_stop_too() -> None:
    sold = trade("entry", 10, "-1")
    ledger = Ledger(orders=(stop("stop", 12, None),), trades=(sold,))
    assert spans(ledger, plan(sign=-1)) == [(10, 12)]


def test_what_other_hands_have_taken_needs_none() -> None:
    taken = replace(trade(None, 20, "-1"), order_id=2)
    assert spans(Ledger(trades=(BOUGHT,), owners_trades=(taken,))) == [(10, 20)]


def test_an_opposite_plan_of_the_same_account_takes_it_too() -> None:
    assert spans(Ledger(trades=(BOUGHT, trade("of another", 15, "-1")))) == [(10, 15)]


def test_a_span_is_one_whatever_happens_meanwhile() -> None:
    ledger = Ledger(trades=(BOUGHT, trade("of another", 15, "1"), SOLD))
    assert unprotected_times(plan(), ledger, at(100)) == (Outage(at(10), at(30)),)


AGAINST, AGAIN = trade("of another", 15, "-1"), trade("of a third", 40, "1")
"""Another plan takes the whole position, and later a third one enters."""


def test_what_was_netted_is_not_held_again_when_another_plan_enters() -> None:
    netted = replace(plan(), nettings=(Netting(at(20), Decimal(-1), Decimal(3000)),))
    ledger = Ledger(trades=(BOUGHT, AGAINST, AGAIN))
    assert spans(ledger) == [(10, 15), (40, 100)]
    assert spans(ledger, netted) == [(10, 15)]


@pytest.mark.parametrize(
    ("is_final", "expected"), [(True, [(10, 15)]), (False, [(10, 15), (40, 100)])]
)
def test_a_plan_that_is_over_holds_nothing_when_another_enters(
    is_final: bool, expected: list[tuple[float, float]]
) -> None:
    ended = replace(plan(), endings=(Ending(5, at(20), "any", is_final),))
    assert spans(Ledger(trades=(BOUGHT, AGAINST, AGAIN)), ended) == expected


def test_a_clock_that_was_behind_ends_no_time_too_early() -> None:
    step = ClockStep("worker-exchange", timedelta(seconds=-20), at(0), at(60))
    ended = replace(plan(), endings=(Ending(5, at(20), "any", is_final=True),))
    ledger = Ledger(trades=(BOUGHT,))
    assert unprotected_times(ended, ledger, at(100), [step]) == (Outage(at(10), at(40)),)
