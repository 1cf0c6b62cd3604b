"""The judge finds what is wrong, in ledgers and journals that were made up."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chaos.verdict.finding import Crime
from chaos.verdict.judge import compare, is_at_rest, left_over, restless, unfinished
from chaos.verdict.records import AcceptedOrder, Ledger, PlannedOrder, PlanRecord, Trade
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.positions.position import Netting

SIGNER = "0xsigner"
START = datetime(2026, 1, 1, tzinfo=UTC)


def planned(cloid: str, leg: Leg, number: int, **changes: Any) -> PlannedOrder:
    return replace(PlannedOrder(cloid, leg, SIGNER, nonce=number, order_id=number), **changes)


def accepted(cloid: str | None, number: int, **changes: Any) -> AcceptedOrder:
    """One that ended at once, unless told."""
    order = AcceptedOrder(
        cloid, number, "ETH", SIGNER, number, Decimal(1), Decimal(0), START, ended_at=START
    )
    return replace(order, **changes)


def trade(cloid: str, number: int, size: int) -> Trade:
    return Trade(number, number, cloid, "ETH", Decimal(size), Decimal(3000), Decimal("0.1"), START)


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
    orders=(accepted("entry", 1, filled=Decimal(1)), accepted("stop", 2, ended_at=None)),
    trades=(BOUGHT,),
    positions={"ETH": Decimal(1)},
)
"""The same while it holds its position under its stop."""


def netting(size: Decimal) -> Netting:
    return Netting(START, size, Decimal(3000))


def crimes(plan: PlanRecord, ledger: Ledger) -> list[str]:
    return sorted({str(finding.crime) for finding in compare([plan], ledger)})


def with_orders(ledger: Ledger, *orders: AcceptedOrder) -> Ledger:
    return replace(ledger, orders=(*ledger.orders, *orders))


def without_stop(ledger: Ledger) -> Ledger:
    ended = [replace(o, ended_at=START) if o.cloid == "stop" else o for o in ledger.orders]
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


REFUSED_STOP = replace(STOP, order_id=None, has_landed=False, is_refused=True)


@pytest.mark.parametrize(
    ("filled", "ended_at", "expected"),
    [("0", START, []), ("1", START, ["lost"]), ("0", None, ["lost"])],
)
def test_an_order_that_was_accepted_may_be_refused_when_it_triggers(
    filled: str, ended_at: datetime | None, expected: list[str]
) -> None:
    exit_ = planned("exit", Leg.EXIT, 2)
    sold = replace(SOLD, cloid="exit")
    plan = replace(
        DONE, orders=(ENTRY, replace(REFUSED_STOP, nonce=3), exit_), trades=(BOUGHT, sold)
    )
    ledger = Ledger(
        orders=(
            CLOSED.orders[0],
            accepted("stop", 3, filled=Decimal(filled), ended_at=ended_at),
            accepted("exit", 2, filled=Decimal(1)),
        ),
        trades=(BOUGHT, sold),
    )
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
                    accepted("stop", 2, size=Decimal("0.4"), ended_at=None),
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


def by_hand(number: int, size: int) -> Trade:
    return replace(trade("", number, size), cloid=None)


TAKEN = replace(
    DONE, orders=(ENTRY,), trades=(BOUGHT,), outcome=Outcome.CLOSED_EXTERNALLY, has_stop=True
)
TAKEN_AT_VENUE = Ledger(
    orders=(accepted("entry", 1, filled=Decimal(1)),),
    trades=(BOUGHT,),
    owners_orders=(accepted(None, 5, filled=Decimal(1)),),
    owners_trades=(by_hand(5, -1),),
)
"""A plan whose position the account's owner has closed by hand."""


def test_a_position_that_other_hands_closed_may_end_a_plan() -> None:
    assert crimes(TAKEN, TAKEN_AT_VENUE) == []
    assert crimes(replace(TAKEN, outcome=Outcome.CLOSED), TAKEN_AT_VENUE) == ["lost"]


def test_what_other_hands_have_taken_needs_no_stop() -> None:
    plan = replace(HOLDING, orders=(ENTRY,))
    assert crimes(plan, TAKEN_AT_VENUE) == []
    half = replace(TAKEN_AT_VENUE, owners_trades=(), positions={"ETH": Decimal(1)})
    assert crimes(plan, half) == ["unprotected"]


def test_the_owners_trades_count_towards_the_position() -> None:
    ledger = replace(TAKEN_AT_VENUE, owners_trades=())
    assert crimes(TAKEN, ledger) == ["difference"]


@pytest.mark.parametrize(("held", "expected"), [("0", []), ("-2", ["ETH"])])
def test_nothing_may_be_held_when_all_plans_are_done(held: str, expected: list[str]) -> None:
    found = left_over(replace(CLOSED, positions={"ETH": Decimal(held)}))
    assert [(finding.crime, finding.subject) for finding in found] == [
        (Crime.LOST, subject) for subject in expected
    ]


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([DONE], []),
        ([HOLDING], ["it is not done: stage track"]),
        ([], ["it is not done: it was never taken in"]),
    ],
)
def test_a_plan_that_does_not_come_to_its_end_is_found(
    plans: list[PlanRecord], expected: list[str]
) -> None:
    found = unfinished(["plan"], plans)
    assert [finding.text for finding in found] == expected
    assert all(finding.crime is Crime.NOT_DONE_IN_TIME for finding in found)


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([DONE], []),
        ([HOLDING], []),
        ([replace(HOLDING, is_leaving=True)], ["it is not at rest: stage track"]),
        ([], ["it is not at rest: it was never taken in"]),
    ],
)
def test_a_plan_that_does_not_come_to_rest_is_found(
    plans: list[PlanRecord], expected: list[str]
) -> None:
    found = restless(["plan"], plans, PROTECTED)
    assert [finding.text for finding in found] == expected
    assert all(finding.crime is Crime.NOT_DONE_IN_TIME for finding in found)


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


def test_what_was_closed_against_another_plan_is_held_no_more() -> None:
    held = sum(trade.size for trade in HOLDING.trades)
    done = replace(HOLDING, stage=Stage.DONE, outcome=Outcome.NETTED, orders=HOLDING.orders)
    kept = [f.text for f in compare([done], PROTECTED) if f.crime is Crime.LOST]
    assert any("is still held" in text for text in kept)
    netted = [f.text for f in compare([replace(done, nettings=(netting(-held),))], PROTECTED)]
    assert not any("is still held" in text for text in netted)


@pytest.mark.parametrize(("other", "found"), [("1", False), ("0.9", True), ("0", True)])
def test_nettings_that_do_not_add_up_are_found(other: str, found: bool) -> None:
    sizes = (Decimal(-1), Decimal(other))
    plans = [replace(DONE, nettings=(netting(size),)) for size in sizes]
    texts = [finding.text for finding in compare(plans, CLOSED)]
    assert any("on one side only" in text for text in texts) is found
