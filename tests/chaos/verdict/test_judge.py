"""The judge finds what is wrong, in ledgers and journals that were made up."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chaos.verdict.judge import Crime, compare, is_at_rest, unfinished
from chaos.verdict.records import AcceptedOrder, Ledger, PlannedOrder, PlanRecord, Trade
from trader.lifecycle.stage import Leg, Stage

SIGNER = "0xsigner"


def planned(cloid: str, leg: Leg, number: int, **changes: Any) -> PlannedOrder:
    return replace(PlannedOrder(cloid, leg, SIGNER, nonce=number, order_id=number), **changes)


def accepted(cloid: str | None, number: int, **changes: Any) -> AcceptedOrder:
    order = AcceptedOrder(cloid, number, SIGNER, number, Decimal(1), Decimal(0), is_working=False)
    return replace(order, **changes)


def trade(cloid: str, number: int, size: int) -> Trade:
    return Trade(number, number, cloid, "ETH", Decimal(size), Decimal(3000), Decimal("0.1"))


BOUGHT, SOLD = trade("entry", 1, 1), trade("stop", 2, -1)

ENTRY, STOP = planned("entry", Leg.ENTRY, 1), planned("stop", Leg.STOP, 2)
DONE = PlanRecord(
    "plan", Stage.DONE, "ETH", has_stop=True, orders=(ENTRY, STOP), trades=(BOUGHT, SOLD)
)
CLOSED = Ledger(
    orders=(
        accepted("entry", 1, filled=Decimal(1)),
        accepted("stop", 2, filled=Decimal(1)),
    ),
    trades=(BOUGHT, SOLD),
)
"""A plan that entered and left by its stop, on both sides."""

HOLDING = replace(
    DONE,
    stage=Stage.TRACK,
    orders=(ENTRY, replace(STOP, is_working=True)),
    trades=(BOUGHT,),
)
PROTECTED = Ledger(
    orders=(accepted("entry", 1, filled=Decimal(1)), accepted("stop", 2, is_working=True)),
    trades=(BOUGHT,),
    positions={"ETH": Decimal(1)},
)
"""The same while it holds its position under its stop."""


def crimes(plan: PlanRecord, ledger: Ledger) -> list[str]:
    return sorted({str(finding.crime) for finding in compare([plan], ledger)})


def with_orders(ledger: Ledger, *orders: AcceptedOrder) -> Ledger:
    return replace(ledger, orders=(*ledger.orders, *orders))


def without_stop(ledger: Ledger) -> Ledger:
    ended = [replace(o, is_working=False) if o.cloid == "stop" else o for o in ledger.orders]
    return replace(ledger, orders=tuple(ended))


@pytest.mark.parametrize(("plan", "ledger"), [(DONE, CLOSED), (HOLDING, PROTECTED)])
def test_two_sides_that_agree_are_found_clean(plan: PlanRecord, ledger: Ledger) -> None:
    assert crimes(plan, ledger) == []
    assert is_at_rest(plan, ledger)


SECOND = planned("entry-2", Leg.ENTRY, 3)
DEAD = replace(ENTRY, order_id=None, has_landed=False)
TWO_ENTRIES = replace(DONE, orders=(DEAD, SECOND, STOP), trades=(SOLD,))


@pytest.mark.parametrize(
    ("plan", "ledger", "expected"),
    [
        pytest.param(
            DONE, with_orders(CLOSED, accepted("entry", 9)), ["difference", "duplicate"],
            id="an order accepted twice",
        ),
        pytest.param(
            replace(DONE, orders=(ENTRY, SECOND, STOP)),
            with_orders(CLOSED, accepted("entry-2", 3)),
            ["duplicate"],
            id="two entries of one plan accepted",
        ),
        pytest.param(
            replace(DONE, trades=(BOUGHT, SOLD, trade("stop", 3, -1))),
            replace(
                CLOSED,
                trades=(BOUGHT, SOLD, trade("stop", 3, -1)),
                positions={"ETH": Decimal(-1)},
            ),
            ["duplicate"],
            id="exits that traded more than the entry",
        ),
    ],
)  # fmt: skip
def test_a_duplicate_is_found(plan: PlanRecord, ledger: Ledger, expected: list[str]) -> None:
    assert crimes(plan, ledger) == expected


@pytest.mark.parametrize(
    ("plan", "ledger", "expected"),
    [
        pytest.param(
            DONE, with_orders(CLOSED, accepted("stranger", 9)), ["lost"],
            id="an accepted order that no plan knows",
        ),
        pytest.param(
            DONE, with_orders(CLOSED, accepted(None, 9)), ["lost"],
            id="an accepted order without a cloid",
        ),
        pytest.param(
            DONE, replace(CLOSED, trades=(*CLOSED.trades, trade("stranger", 9, 0))), ["lost"],
            id="a trade that no plan knows",
        ),
        pytest.param(
            replace(DONE, trades=(BOUGHT,)), CLOSED, ["difference", "lost"],
            id="a trade that is not booked",
        ),
        pytest.param(
            replace(DONE, orders=(DEAD, STOP)), CLOSED, ["lost"],
            id="an accepted order that is taken for dead",
        ),
        pytest.param(
            replace(DONE, orders=(ENTRY,), trades=(BOUGHT,)),
            replace(
                CLOSED,
                orders=CLOSED.orders[:1],
                trades=(BOUGHT,),
                positions={"ETH": Decimal(1)},
            ),
            ["lost"],
            id="a plan that is done and still holds something",
        ),
    ],
)  # fmt: skip
def test_what_is_lost_is_found(plan: PlanRecord, ledger: Ledger, expected: list[str]) -> None:
    assert crimes(plan, ledger) == expected


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        pytest.param(without_stop(PROTECTED), ["difference", "unprotected"], id="the stop ended"),
        pytest.param(
            replace(PROTECTED, orders=PROTECTED.orders[:1]), ["difference", "unprotected"],
            id="the stop never landed",
        ),
        pytest.param(
            replace(
                PROTECTED,
                orders=(
                    PROTECTED.orders[0],
                    accepted("stop", 2, size=Decimal("0.4"), is_working=True),
                ),
            ),
            ["unprotected"],
            id="the stop covers only a part",
        ),
    ],
)  # fmt: skip
def test_a_position_without_its_stop_is_found(ledger: Ledger, expected: list[str]) -> None:
    assert crimes(HOLDING, ledger) == expected
    assert not is_at_rest(HOLDING, ledger)


def test_a_plan_that_wants_no_stop_needs_none() -> None:
    plan = replace(HOLDING, has_stop=False, orders=(ENTRY,))
    ledger = replace(PROTECTED, orders=PROTECTED.orders[:1])
    assert crimes(plan, ledger) == []


def test_an_order_in_doubt_is_found() -> None:
    doubtful = replace(STOP, order_id=None, has_landed=False, is_doubtful=True, is_working=True)
    plan = replace(HOLDING, orders=(ENTRY, doubtful))
    assert crimes(plan, PROTECTED) == ["unresolved"]
    assert not is_at_rest(plan, PROTECTED)


@pytest.mark.parametrize(
    ("plan", "ledger", "expected"),
    [
        pytest.param(
            DONE, replace(CLOSED, trades=(BOUGHT,), positions={"ETH": Decimal(1)}),
            ["difference", "lost"],
            id="a booked trade that never was",
        ),
        pytest.param(
            DONE, replace(CLOSED, orders=CLOSED.orders[:1]), ["difference"],
            id="an order that is told to have landed and did not",
        ),
        pytest.param(
            replace(DONE, orders=(ENTRY, replace(STOP, is_working=True))), CLOSED, ["difference"],
            id="an order that works in the journal alone",
        ),
        pytest.param(
            replace(DONE, orders=(ENTRY, replace(STOP, order_id=7))), CLOSED, ["difference"],
            id="another order id",
        ),
        pytest.param(
            replace(DONE, orders=(ENTRY, replace(STOP, nonce=7))), CLOSED, ["difference"],
            id="another nonce",
        ),
        pytest.param(
            replace(DONE, orders=(ENTRY, replace(STOP, signer="0xother"))), CLOSED, ["difference"],
            id="another signer",
        ),
        pytest.param(
            DONE, replace(CLOSED, positions={"ETH": Decimal(1)}), ["difference"],
            id="a position that no plan adds up to",
        ),
        pytest.param(
            replace(DONE, projection_agrees=False), CLOSED, ["difference"],
            id="a row that is not what the strands add up to",
        ),
    ],
)  # fmt: skip
def test_a_difference_is_found(plan: PlanRecord, ledger: Ledger, expected: list[str]) -> None:
    assert crimes(plan, ledger) == expected


def test_a_second_entry_after_a_proved_death_is_no_crime() -> None:
    bought = replace(BOUGHT, cloid="entry-2", trade_id=3, order_id=3)
    plan = replace(TWO_ENTRIES, trades=(bought, SOLD))
    ledger = Ledger(
        orders=(accepted("entry-2", 3, filled=Decimal(1)), CLOSED.orders[1]),
        trades=(bought, SOLD),
    )
    assert crimes(plan, ledger) == []


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([DONE], []),
        ([HOLDING], ["the plan is not done: track"]),
        ([], ["the plan is not done: None"]),
    ],
)
def test_a_plan_that_does_not_come_to_its_end_is_lost(
    plans: list[PlanRecord], expected: list[str]
) -> None:
    found = unfinished(["plan"], plans)
    assert [finding.text for finding in found] == expected
    assert all(finding.crime is Crime.LOST for finding in found)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (replace(DONE, stage=Stage.MONITOR), True),
        (replace(DONE, stage=Stage.PLACE), False),
        (replace(DONE, stage=Stage.ANALYZE), False),
        (replace(HOLDING, is_leaving=True), False),
        (replace(HOLDING, trades=()), False),
    ],
)
def test_whether_a_plan_is_at_rest(plan: PlanRecord, expected: bool) -> None:
    assert is_at_rest(plan, PROTECTED) is expected
