import pytest

from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan
from trader.lifecycle.journal import Journal, UnknownLifecycle
from trader.lifecycle.order_events import OrdersIntended
from trader.lifecycle.plan_events import CancelRequested, PlanAccepted
from trader.lifecycle.projection import project
from trader.strands.sqlite import SqliteStore
from trader.strands.store import DuplicatePlan, DuplicateSource, SequenceConflict
from trader.streams.event import Event

ID = "lifecycle-1"


def events_of(builder: LifecycleBuilder) -> list[Event]:
    return [event for _, event in builder.lifecycle.history]


def accepted(plan_id: str = "plan-1", source_id: str = "source-1") -> PlanAccepted:
    return PlanAccepted(
        plan=a_plan(plan_id=plan_id),
        entry_condition="mid above 30000",
        source_id=source_id,
        approved_at=START,
        reason="understood",
    )


def cancel(by: str) -> CancelRequested:
    return CancelRequested(requested_by=by, close_position=True, reason="asked")


def test_what_is_appended_is_what_is_loaded(store: SqliteStore) -> None:
    first, *others = events_of(LifecycleBuilder().entered().left("30600"))
    journal = Journal(store)
    written = journal.begin(ID, first, START)
    for number, event in enumerate(others, start=1):
        written = journal.append(written, [event], START + number * SECOND)

    loaded = journal.load(ID)
    assert loaded == written
    assert [event for _, event in loaded.history] == [first, *others]
    assert loaded.position.size == 0
    assert loaded.position.realised == 600


def test_the_row_follows_the_strands(store: SqliteStore) -> None:
    first, *others = events_of(LifecycleBuilder().entered())
    journal = Journal(store)
    begun = journal.begin(ID, first, START)
    assert store.lifecycle(ID) == project(begun)

    after = journal.append(begun, others, START + SECOND)
    assert store.lifecycle(ID) == project(after)
    assert after.seq == len(others)


def test_each_strand_is_caused_by_the_one_before_and_the_first_by_the_plans(
    store: SqliteStore,
) -> None:
    journal = Journal(store)
    begun = journal.begin(ID, accepted(source_id="of-the-decision-maker"), START)
    journal.append(begun, [cancel("a"), cancel("b")], START)

    strands = store.load(ID)
    causes = [strand.parent_id for strand in strands]
    assert causes == ["of-the-decision-maker", strands[0].id, strands[1].id]


def test_of_two_workers_one_is_first_and_the_other_writes_nothing(store: SqliteStore) -> None:
    one, other = Journal(store), Journal(store)
    seen = one.begin(ID, accepted(), START)
    one.append(seen, [cancel("one")], START + SECOND)

    with pytest.raises(SequenceConflict):
        other.append(seen, [cancel("other"), cancel("other again")], START + SECOND)
    lifecycle = other.load(ID)
    assert lifecycle.seq == 1
    assert lifecycle.cancel == cancel("one")


def test_a_lifecycle_begins_once(store: SqliteStore) -> None:
    journal = Journal(store)
    journal.begin(ID, accepted(), START)

    with pytest.raises(SequenceConflict):
        journal.begin(ID, accepted("plan-2", "source-2"), START)


def test_a_plan_strand_starts_one_lifecycle(store: SqliteStore) -> None:
    journal = Journal(store)
    journal.begin(ID, accepted(), START)

    with pytest.raises(DuplicateSource):
        journal.begin("lifecycle-2", accepted(plan_id="plan-2"), START)


def test_a_plan_id_starts_one_lifecycle(store: SqliteStore) -> None:
    journal = Journal(store)
    journal.begin(ID, accepted(), START)

    with pytest.raises(DuplicatePlan):
        journal.begin("lifecycle-2", accepted(source_id="source-2"), START)


def test_no_events_write_nothing(store: SqliteStore) -> None:
    journal = Journal(store)
    begun = journal.begin(ID, accepted(), START)

    assert journal.append(begun, (), START + SECOND) is begun
    assert len(store.load(ID)) == 1


def test_an_unknown_lifecycle_says_where_to_look(store: SqliteStore) -> None:
    with pytest.raises(UnknownLifecycle, match="no lifecycle 'nope'; see `trader plan list`"):
        Journal(store).load("nope")


def test_an_intended_action_comes_back_in_the_order_in_which_it_was_signed(
    store: SqliteStore,
) -> None:
    first, *others = events_of(LifecycleBuilder().accepted().triggered().intended())
    journal = Journal(store)
    journal.append(journal.begin(ID, first, START), others, START)

    intent = journal.load(ID).history[-1][1]
    assert isinstance(intent, OrdersIntended)
    assert isinstance(others[-1], OrdersIntended)
    assert list(intent.action.items()) == list(others[-1].action.items())
    assert list(intent.action) != sorted(intent.action)
