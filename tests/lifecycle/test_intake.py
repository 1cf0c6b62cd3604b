import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.plans.examples import INSTRUMENTS, NATIVE, NOW, TRADING_PLAN, changed
from trader.lifecycle.intake import take_in
from trader.lifecycle.journal import Journal
from trader.lifecycle.plan_events import PlanAccepted, PlanRefused
from trader.lifecycle.stage import Outcome, Stage
from trader.plans.refusal import RefusalCode
from trader.plans.submission import submission
from trader.strands.postgres import PostgresStore
from trader.strands.sqlite import SqliteStore
from trader.strands.store import StrandStore
from trader.strands.strand import Strand


@pytest.fixture
def journal(store: SqliteStore) -> Journal:
    return Journal(store)


def approve(store: StrandStore, plan: dict[str, Any], **fields: Any) -> Strand:
    """The Decision Maker writes an approved plan."""
    strand = replace(submission(plan, NOW), **fields)
    store.insert_foreign(strand)
    return strand


def refusals(store: SqliteStore, journal: Journal) -> list[PlanRefused]:
    events = [journal.load(lifecycle_id).history[0][1] for lifecycle_id in store.lifecycle_ids()]
    return [event for event in events if isinstance(event, PlanRefused)]


@pytest.mark.parametrize("plan", [TRADING_PLAN, NATIVE])
def test_an_approved_plan_waits_under_its_own_lifecycle(
    store: SqliteStore, journal: Journal, plan: dict[str, Any]
) -> None:
    strand = approve(store, plan)

    assert take_in(store, journal, INSTRUMENTS, NOW) == (strand.lifecycle_id,)
    lifecycle = journal.load(str(strand.lifecycle_id))
    assert lifecycle.stage is Stage.MONITOR
    assert (lifecycle.plan_id, lifecycle.source_id) == (plan["plan_id"], strand.id)
    event = lifecycle.history[0][1]
    assert isinstance(event, PlanAccepted)
    assert event.approved_at == strand.created_at
    assert f"waits until {event.entry_condition}" in event.reason
    assert store.load(str(strand.lifecycle_id))[0].parent_id == strand.id


def test_a_plan_without_a_lifecycle_takes_its_strands_id(
    store: SqliteStore, journal: Journal
) -> None:
    strand = approve(store, NATIVE, lifecycle_id=None)

    assert take_in(store, journal, INSTRUMENTS, NOW) == (strand.id,)


@pytest.mark.parametrize(
    ("plan", "code", "plan_id"),
    [
        (changed(NATIVE, symbol="NOSUCH"), RefusalCode.UNKNOWN_SYMBOL, "plan_7"),
        (changed(NATIVE, symbol="LUNA", stop_loss=..., take_profit=...),
         RefusalCode.DELISTED_SYMBOL, "plan_7"),
        (changed(NATIVE, stop_loss="28000"), RefusalCode.STOP_SIDE, "plan_7"),
    ],
)  # fmt: skip
def test_a_plan_that_is_not_understood_is_refused_with_its_reason(
    store: SqliteStore, journal: Journal, plan: dict[str, Any], code: RefusalCode, plan_id: str
) -> None:
    strand = approve(store, plan)

    assert take_in(store, journal, INSTRUMENTS, NOW) == ()
    lifecycle = journal.load(str(strand.lifecycle_id))
    assert (lifecycle.stage, lifecycle.outcome) == (Stage.DONE, Outcome.REFUSED)
    (refusal,) = refusals(store, journal)
    assert (refusal.code, refusal.plan_id, refusal.source_id) == (code, plan_id, strand.id)
    assert refusal.reason


@pytest.mark.parametrize(
    "content",
    [
        {"approval_status": "approved", "trading_plan": None},
        {"approval_status": "approved", "trading_plan": []},
        {"approval_status": "approved", "trading_plan": {"plan_id": 7}},
        {"approval_status": "approved"},
        {"approval_status": "rejected", "trading_plan": NATIVE},
        {},
    ],
)
def test_nonsense_is_answered_and_stops_nobody(
    store: SqliteStore, journal: Journal, content: dict[str, Any]
) -> None:
    approve(store, NATIVE, content=content)
    good = approve(store, NATIVE)

    assert take_in(store, journal, INSTRUMENTS, NOW) == (good.lifecycle_id,)
    assert len(refusals(store, journal)) == 1
    assert store.plan_inbox() == ()


@pytest.mark.parametrize("value", ["1e40", 10**300, "0.0000000000000000000000000000000001"])
def test_a_size_of_any_magnitude_is_answered(
    store: SqliteStore, journal: Journal, value: object
) -> None:
    approve(store, changed(NATIVE, size={"unit": "quantity", "value": value}))

    assert take_in(store, journal, INSTRUMENTS, NOW) == ()
    assert len(refusals(store, journal)) == 1


def test_a_plan_is_answered_once(store: SqliteStore, journal: Journal) -> None:
    strand = approve(store, NATIVE)
    take_in(store, journal, INSTRUMENTS, NOW)

    assert take_in(store, journal, INSTRUMENTS, NOW) == ()
    assert store.lifecycle_ids() == (strand.lifecycle_id,)


def test_the_same_plan_id_again_is_refused_and_the_first_goes_on(
    store: SqliteStore, journal: Journal
) -> None:
    first, second = approve(store, NATIVE), approve(store, NATIVE)

    assert take_in(store, journal, INSTRUMENTS, NOW) == (first.lifecycle_id,)
    assert journal.load(str(first.lifecycle_id)).stage is Stage.MONITOR
    (refusal,) = refusals(store, journal)
    assert (refusal.code, refusal.value) == (RefusalCode.DUPLICATE_PLAN, '"plan_7"')
    assert refusal.source_id == second.id
    assert store.plan_inbox() == ()


def test_a_lifecycle_that_is_taken_is_refused_and_the_first_goes_on(
    store: SqliteStore, journal: Journal
) -> None:
    first = approve(store, NATIVE)
    approve(store, changed(NATIVE, plan_id="plan_8"), lifecycle_id=first.lifecycle_id)

    assert take_in(store, journal, INSTRUMENTS, NOW) == (first.lifecycle_id,)
    (refusal,) = refusals(store, journal)
    assert refusal.code is RefusalCode.DUPLICATE_LIFECYCLE
    assert first.lifecycle_id in refusal.value
    assert journal.load(str(first.lifecycle_id)).plan_id == "plan_7"
    assert store.plan_inbox() == ()


def test_a_plan_whose_ids_the_store_cannot_keep_stops_no_other(postgres_url: str) -> None:
    """PostgreSQL indexes no text of more than 2704 bytes."""
    store = PostgresStore(postgres_url)
    taken, unusable = secrets.token_hex(1000), secrets.token_hex(1000)
    approve(store, changed(NATIVE, plan_id="first"), lifecycle_id=taken)
    approve(store, changed(NATIVE, plan_id="second"), lifecycle_id=taken, id=unusable)
    last = approve(store, changed(NATIVE, plan_id="third"))

    assert take_in(store, Journal(store), INSTRUMENTS, NOW) == (taken, last.lifecycle_id)
    assert [strand.id for strand in store.plan_inbox()] == [unusable]
    store.close()


def test_a_plan_id_is_free_again_after_a_refusal(store: SqliteStore, journal: Journal) -> None:
    approve(store, changed(NATIVE, symbol="NOSUCH"))
    mended = approve(store, NATIVE)

    assert take_in(store, journal, INSTRUMENTS, NOW) == (mended.lifecycle_id,)


def test_several_workers_answer_each_plan_once(store: SqliteStore, journal: Journal) -> None:
    plans = [changed(NATIVE, plan_id=f"plan_{number}") for number in range(10)]
    strands = [approve(store, plan) for plan in (*plans, *plans[:3])]
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(take_in, store, journal, INSTRUMENTS, NOW) for _ in range(4)]
    taken = [lifecycle_id for future in futures for lifecycle_id in future.result()]

    assert sorted(taken) == sorted(str(strand.lifecycle_id) for strand in strands[:10])
    assert len(refusals(store, journal)) == 3
    assert all(r.code is RefusalCode.DUPLICATE_PLAN for r in refusals(store, journal))
    assert store.plan_inbox() == ()
    assert len(store.lifecycle_ids()) == len(strands)
