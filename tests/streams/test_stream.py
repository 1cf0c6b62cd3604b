"""What holds for every kind of streams."""

from dataclasses import replace

import pytest

from tests.support.lifecycles import SECOND, START, LifecycleBuilder
from trader.known_streams import stream_of
from trader.lifecycle.plan_events import CancelRequested
from trader.lifecycle.plan_stream import PLANS
from trader.reconciliation.account import account_id_of
from trader.reconciliation.account_stream import ACCOUNTS
from trader.reconciliation.events import AccountOpened
from trader.strands.sqlite import SqliteStore
from trader.strands.store import SequenceConflict
from trader.streams.journal import write
from trader.streams.stream import AnyStream, BrokenStream

ACCOUNT = account_id_of("hyperliquid", "local", "0xA")
OPENED = AccountOpened(venue="hyperliquid", address="0xa", since=START, reason="watched")
CANCEL = CancelRequested(requested_by="ops", close_position=False, reason="asked")
ACCEPTED = LifecycleBuilder().accepted().lifecycle.history[0][1]


@pytest.mark.parametrize(
    ("stream_id", "stream"),
    [("01a2-plan", PLANS), (ACCOUNT, ACCOUNTS), ("of: another team", PLANS)],
)
def test_an_id_tells_its_kind(stream_id: str, stream: AnyStream) -> None:
    assert stream_of(stream_id) is stream


def test_streams_of_different_kinds_are_written_together(store: SqliteStore) -> None:
    plan = PLANS.change("plan", None, [ACCEPTED], START)
    account = ACCOUNTS.change(ACCOUNT, None, [OPENED], START)
    write(store, plan, account)
    assert PLANS.fold(store.load("plan")) == plan.after
    assert ACCOUNTS.fold(store.load(ACCOUNT)) == account.after
    assert store.lifecycle("plan") == PLANS.project(plan.after)
    assert store.lifecycle(ACCOUNT) == ACCOUNTS.project(account.after)


def test_one_that_has_moved_on_is_named_and_none_is_written(store: SqliteStore) -> None:
    plan = PLANS.change("plan", None, [ACCEPTED], START).after
    account = ACCOUNTS.change(ACCOUNT, None, [OPENED], START)
    write(store, PLANS.change("plan", None, [ACCEPTED], START))
    late = PLANS.change("plan", plan, [CANCEL], START + SECOND)
    write(store, PLANS.change("plan", plan, [CANCEL], START + SECOND))
    with pytest.raises(SequenceConflict) as conflict:
        write(store, account, late)
    assert conflict.value.lifecycle_id == "plan"
    assert store.load(ACCOUNT) == ()


def test_the_first_strand_is_caused_and_labelled_by_what_began_the_stream() -> None:
    (strand,) = PLANS.change("plan", None, [ACCEPTED], START).append.strands
    assert (strand.parent_id, strand.symbol) == ("source-of-lifecycle-1", "BTC")
    (strand,) = ACCOUNTS.change(ACCOUNT, None, [OPENED], START).append.strands
    assert (strand.parent_id, strand.symbol) == (None, None)


def test_each_strand_is_numbered_and_caused_by_the_one_before() -> None:
    plan = PLANS.change("plan", None, [ACCEPTED], START)
    first, second = PLANS.change("plan", plan.after, [CANCEL, CANCEL], START).append.strands
    assert (first.seq, second.seq) == (1, 2)
    assert (first.parent_id, second.parent_id) == (plan.append.strands[0].id, first.id)
    assert (first.symbol, second.symbol) == ("BTC", "BTC")


@pytest.mark.parametrize(
    ("stream", "stream_id", "event", "said"),
    [
        (PLANS, "plan", CANCEL, "begins with CancelRequested, not with a plan"),
        (ACCOUNTS, ACCOUNT, ACCEPTED, "begins with PlanAccepted, not with the account's opening"),
    ],
)
def test_a_stream_begins_as_it_must(
    stream: AnyStream, stream_id: str, event: CancelRequested, said: str
) -> None:
    with pytest.raises(BrokenStream, match=said):
        stream.change(stream_id, None, [event], START)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_number_that_is_missing_is_noticed(missing: int) -> None:
    opened = ACCOUNTS.change(ACCOUNT, None, [OPENED, OPENED, OPENED], START).append.strands
    kept = [strand for strand in opened if strand.seq != missing]
    with pytest.raises(BrokenStream, match=f"expected seq {missing}, was {missing + 1}"):
        ACCOUNTS.fold(kept)


def test_a_strand_of_no_stream_begins_none() -> None:
    (opened,) = ACCOUNTS.change(ACCOUNT, None, [OPENED], START).append.strands
    with pytest.raises(BrokenStream, match="lifecycle None begins with AccountOpened"):
        ACCOUNTS.fold([replace(opened, lifecycle_id=None)])
