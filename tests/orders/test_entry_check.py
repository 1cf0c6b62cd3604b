"""One waiting plan, judged on the quote of its symbol."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.orders.builders import LIMITS
from tests.support.lifecycles import START, LifecycleBuilder, a_plan, a_quote
from trader.conditions.condition import BreakoutAbove, Condition, PriceAbove
from trader.lifecycle.journal import Journal
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Stage
from trader.orders.entry_check import check_entry
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append
from trader.venues.quote import Quote

ABOVE = PriceAbove(level=Decimal(30000))
BREAKOUT = BreakoutAbove(level=Decimal(30000))
NOW = START + timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "trader.db")
    yield opened
    opened.close()


def keep(store: SqliteStore, builder: LifecycleBuilder) -> str:
    row = project(builder.lifecycle)
    store.append(Append(builder.lifecycle_id, NEW, builder.strands, row))
    return builder.lifecycle_id


def check(store: SqliteStore, lifecycle_id: str, quote: Quote | None) -> bool:
    return check_entry(
        lifecycle_id,
        journal=Journal(store),
        quote_of={"BTC": quote}.__getitem__,
        clock=lambda: NOW,
        limits=LIMITS,
    )


@pytest.mark.parametrize(
    ("entry", "mid", "is_triggered", "events"),
    [
        (ABOVE, "30001", True, ["plan_accepted", "entry_triggered"]),
        (ABOVE, "29999", False, ["plan_accepted"]),
        (BREAKOUT, "29999", False, ["plan_accepted", "condition_armed"]),
        (BREAKOUT, "30001", False, ["plan_accepted"]),
    ],
)
def test_what_the_quote_makes_of_it(
    store: SqliteStore, entry: Condition, mid: str, is_triggered: bool, events: list[str]
) -> None:
    key = keep(store, LifecycleBuilder(a_plan(entry=entry)).accepted())
    assert check(store, key, a_quote(mid, at=NOW)) is is_triggered
    assert [strand.content["event"] for strand in store.load(key)] == events


@pytest.mark.parametrize("quote", [None, a_quote("30001", at=NOW - timedelta(seconds=11))])
def test_without_a_fresh_quote_nothing_happens(store: SqliteStore, quote: Quote | None) -> None:
    key = keep(store, LifecycleBuilder(a_plan(entry=ABOVE)).accepted())
    assert not check(store, key, quote)
    assert len(store.load(key)) == 1


def test_a_plan_that_moved_on_is_left_alone(store: SqliteStore) -> None:
    key = keep(store, LifecycleBuilder(a_plan(entry=ABOVE)).accepted().triggered())
    assert not check(store, key, a_quote("30001", at=NOW))
    assert Journal(store).load(key).stage is Stage.PLACE
    assert len(store.load(key)) == 2


def test_a_plan_whose_time_is_over_expires(store: SqliteStore) -> None:
    plan = a_plan(entry=ABOVE, valid_until=NOW - timedelta(seconds=1))
    key = keep(store, LifecycleBuilder(plan).accepted())
    assert not check(store, key, a_quote("30001", at=NOW))
    assert Journal(store).load(key).stage is Stage.DONE
