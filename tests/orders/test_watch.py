from decimal import Decimal

import pytest

from tests.orders.builders import LIMITS
from tests.support.lifecycles import START, a_plan, a_quote
from trader.conditions.condition import BreakoutAbove, Immediately
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.journal import Journal
from trader.lifecycle.plan_events import CancelRequested, PlanAccepted
from trader.lifecycle.stage import Outcome, Stage
from trader.orders.watch import EntryWatch
from trader.plans.plan import Plan
from trader.strands.sqlite import SqliteStore

ABOVE = {"BTC": a_quote("30001")}
BELOW = {"BTC": a_quote("29999")}


@pytest.fixture
def journal(store: SqliteStore) -> Journal:
    return Journal(store)


@pytest.fixture
def watch(store: SqliteStore, journal: Journal) -> EntryWatch:
    waiting = LifecycleCache(store, journal, Stage.MONITOR)
    return EntryWatch(journal, waiting, lambda: START, LIMITS)


def accept(journal: Journal, name: str, **changes: object) -> Plan:
    plan = a_plan(plan_id=name, **changes)
    event = PlanAccepted(
        plan=plan,
        entry_condition="mid above 30000",
        source_id=f"source of {name}",
        approved_at=START,
        reason="understood",
    )
    journal.begin(name, event, START)
    return plan


def test_only_plans_whose_condition_holds_are_sent_on(watch: EntryWatch, journal: Journal) -> None:
    accept(journal, "above")
    accept(journal, "at-once", entry=Immediately())
    accept(journal, "other-symbol", symbol="ETH")

    assert list(watch.triggered(BELOW)) == ["at-once"]
    assert list(watch.triggered(ABOVE)) == ["above"]
    assert list(watch.triggered(ABOVE)) == []
    assert journal.load("above").stage is Stage.PLACE


def test_without_prices_plans_still_end(watch: EntryWatch, journal: Journal) -> None:
    accept(journal, "late", valid_until=START)
    accept(journal, "above")

    assert list(watch.triggered({})) == []
    assert journal.load("late").outcome is Outcome.EXPIRED
    assert journal.load("above").seq == 0


def test_a_breakout_fires_from_what_was_seen_in_an_earlier_sweep(
    watch: EntryWatch, journal: Journal
) -> None:
    accept(journal, "breakout", entry=BreakoutAbove(level=Decimal(30000)))

    assert list(watch.triggered(ABOVE)) == []
    assert list(watch.triggered(BELOW)) == []
    assert list(watch.triggered(BELOW)) == []
    assert journal.load("breakout").seq == 1
    assert list(watch.triggered(ABOVE)) == ["breakout"]


def test_a_plan_that_another_worker_moved_meanwhile_is_left_to_it(
    watch: EntryWatch, journal: Journal
) -> None:
    for name in ("first", "second", "third"):
        accept(journal, name)
    sweep = watch.triggered(ABOVE)
    assert next(sweep) == "first"

    asked = CancelRequested(requested_by="operator", close_position=False, reason="asked")
    journal.append(journal.load("second"), (asked,), START)
    assert list(sweep) == ["third"]
    assert journal.load("second").stage is Stage.MONITOR
