"""What every store of strands must do, whatever keeps it: appends, plans, strands of others."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.strands.examples import AT, foreign, opened, own, plan, row, start
from trader.strands.kinds import PlanTag
from trader.strands.store import (
    NEW,
    Append,
    DuplicatePlan,
    DuplicateSource,
    InvalidStrand,
    SequenceConflict,
    StrandStore,
)
from trader.strands.strand import Strand

EVERY_FIELD = Strand(
    id="all",
    lifecycle_id="life",
    seq=0,
    module="trader",
    kind="order_status",
    content={"nested": [{"deep": [1, 2.5, None, True, "é\U0001f680"]}], "": ""},
    tags=("a", "b", "a"),
    created_at=AT,
    symbol="BTC",
    timeframe="1h",
    session_bucket="session_20260301_12",
    regime="normal",
    agent_id="trader",
    team_member="order_manager",
    module_intelligence={"mechanism": {"why": "it moved"}},
    sig_confidence=0.85,
    sig_sigma=0.0,
    outcome_score=1.0,
    parent_id="plan",
    position_id="position",
    trade_id="trade",
)


class TestAppend:
    def test_keeps_every_field(self, store: StrandStore) -> None:
        lifecycle = row(
            "life",
            0,
            due_at=AT + timedelta(microseconds=1),
            venue="hyperliquid",
            plan_id="plan",
            source_id="source",
            outcome="won",
            has_exposure=True,
            updated_at=AT + timedelta(days=1),
        )
        store.append(Append("life", NEW, [EVERY_FIELD], lifecycle))
        assert store.load("life") == (EVERY_FIELD,)
        assert store.strand("all") == EVERY_FIELD
        assert store.lifecycle("life") == lifecycle

    def test_adds_in_order_and_replaces_the_row(self, store: StrandStore) -> None:
        first = start(store, "life")
        more = [own("life", 1), own("life", 2), own("life", 3)]
        later = row("life", 3, stage="place", due_at=AT, has_exposure=True)
        store.append(Append("life", 0, more, later))
        assert store.load("life") == (first, *more)
        assert store.lifecycle("life") == later

    @pytest.mark.parametrize("expected", [NEW, 0, 2])
    def test_refuses_another_seq_than_the_last(self, store: StrandStore, expected: int) -> None:
        start(store, "life")
        store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        kept = store.load("life"), store.lifecycle("life")
        late = own("life", expected + 1, id="late")
        with pytest.raises(SequenceConflict, match="lifecycle life is at seq 1"):
            store.append(Append("life", expected, [late], row("life", expected + 1, stage="place")))
        assert (store.load("life"), store.lifecycle("life")) == kept

    def test_several_lifecycles_at_once(self, store: StrandStore) -> None:
        first = start(store, "a")
        store.append(
            Append("a", 0, [own("a", 1)], row("a", 1)),
            Append("b", NEW, [own("b", 0)], row("b", 0)),
        )
        assert store.load("a") == (first, own("a", 1))
        assert store.load("b") == (own("b", 0),)

    def test_one_conflict_leaves_nothing_of_several(self, store: StrandStore) -> None:
        start(store, "a")
        start(store, "b")
        before = store.lifecycles()
        with pytest.raises(SequenceConflict) as conflict:
            store.append(
                Append("a", 0, [own("a", 1)], row("a", 1)),
                Append("b", 4, [own("b", 5)], row("b", 5)),
            )
        assert conflict.value.lifecycle_id == "b"
        assert store.lifecycles() == before

    def test_refuses_to_continue_what_never_began(self, store: StrandStore) -> None:
        with pytest.raises(SequenceConflict):
            store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        assert store.load("life") == ()

    @pytest.mark.parametrize(
        ("strands", "lifecycle"),
        [
            ([], row("life", -1)),
            ([own("life", 1)], row("life", 1)),
            ([own("life", 0), own("life", 2)], row("life", 2)),
            ([own("other", 0)], row("life", 0)),
            ([foreign("note")], row("life", 0)),
            ([own("life", 0)], row("life", 1)),
            ([own("life", 0)], row("other", 0)),
        ],
    )
    def test_refuses_strands_and_rows_that_do_not_belong(
        self, store: StrandStore, strands: list[Strand], lifecycle: Any
    ) -> None:
        with pytest.raises(InvalidStrand):
            store.append(Append("life", NEW, strands, lifecycle))
        assert store.lifecycle_ids() == ()

    def test_an_id_that_exists_is_invalid(self, store: StrandStore) -> None:
        start(store, "life")
        with pytest.raises(InvalidStrand):
            store.append(Append("two", NEW, [own("two", 0, id="life-0")], row("two", 0)))
        store.insert_foreign(foreign("note"))
        with pytest.raises(InvalidStrand):
            store.append(Append("two", NEW, [own("two", 0, id="note")], row("two", 0)))
        with pytest.raises(InvalidStrand):
            store.insert_foreign(foreign("note"))
        assert store.load("two") == ()

    @pytest.mark.parametrize(
        "broken",
        [
            {"content": {"price": float("nan")}},
            {"id": "life-0"},
            {"created_at": datetime(2026, 3, 1)},  # noqa: DTZ001
        ],
    )
    def test_one_bad_strand_leaves_nothing_of_the_batch(
        self, store: StrandStore, broken: dict[str, Any]
    ) -> None:
        first = start(store, "life")
        store.insert_foreign(plan("plan"))
        batch = [own("life", 1), replace(own("life", 2), **broken)]
        with pytest.raises(InvalidStrand):
            store.append(Append("life", 0, batch, row("life", 2, source_id="plan")))
        assert store.load("life") == (first,)
        assert store.lifecycle("life") == row("life", 0)
        assert [strand.id for strand in store.plan_inbox()] == ["plan"]


class TestPlans:
    def test_a_source_starts_one_lifecycle_only(self, store: StrandStore) -> None:
        start(store, "one", source_id="source")
        with pytest.raises(DuplicateSource):
            start(store, "two", source_id="source")
        assert store.load("two") == ()
        store.append(Append("one", 0, [own("one", 1)], row("one", 1, source_id="source")))

    def test_a_plan_id_belongs_to_one_lifecycle(self, store: StrandStore) -> None:
        start(store, "one", plan_id="plan", outcome="won")
        with pytest.raises(DuplicatePlan):
            start(store, "two", plan_id="plan")
        assert store.load("two") == ()
        assert store.lifecycle("two") is None

    def test_refused_lifecycles_may_repeat_a_plan_id(self, store: StrandStore) -> None:
        start(store, "no", plan_id="plan", outcome="refused")
        start(store, "yes", plan_id="plan")
        start(store, "no again", plan_id="plan", outcome="refused")
        with pytest.raises(DuplicatePlan):
            store.append(
                Append("no", 0, [own("no", 1)], row("no", 1, plan_id="plan", outcome=None))
            )
        assert len(store.load("no")) == 1

    @pytest.mark.parametrize("tag", list(PlanTag))
    def test_each_plan_tag_reaches_the_inbox(self, store: StrandStore, tag: PlanTag) -> None:
        strand = foreign("plan", tags=("other", tag))
        store.insert_foreign(strand)
        assert store.plan_inbox() == (strand,)

    def test_other_strands_do_not_reach_the_inbox(self, store: StrandStore) -> None:
        store.insert_foreign(foreign("note", tags=("dm:plan_approved:no", "execute")))
        store.insert_foreign(foreign("hidden", content={"tags": [PlanTag.EXECUTE]}))
        store.append(Append("life", NEW, [own("life", 0, tags=(PlanTag.EXECUTE,))], row("life", 0)))
        assert store.plan_inbox() == ()

    def test_the_inbox_keeps_the_order_of_arrival(self, store: StrandStore) -> None:
        arrivals = [plan(f"{9 - number}", created_at=AT) for number in range(5)]
        for strand in arrivals:
            store.insert_foreign(strand)
        assert store.plan_inbox() == tuple(arrivals)
        assert store.plan_inbox(limit=2) == tuple(arrivals[:2])

    def test_an_answer_leaves_the_inbox_with_its_append(self, store: StrandStore) -> None:
        for name in ("one", "two"):
            store.insert_foreign(plan(name))
        start(store, "life", source_id="one")
        assert store.plan_inbox() == (plan("two"),)
        start(store, "refusal", source_id="two", outcome="refused")
        assert store.plan_inbox() == ()
        assert store.strand("one") == plan("one")

    def test_a_lost_race_leaves_the_inbox_alone(self, store: StrandStore) -> None:
        store.insert_foreign(plan("plan"))
        with pytest.raises(SequenceConflict):
            store.append(Append("life", 4, [own("life", 5)], row("life", 5, source_id="plan")))
        assert store.plan_inbox() == (plan("plan"),)

    def test_a_plan_that_arrives_late_is_not_passed_over(self, store: StrandStore) -> None:
        store.insert_foreign(plan("z", created_at=AT))
        start(store, "life", source_id="z")
        old = plan("a", created_at=AT - timedelta(days=9))
        store.insert_foreign(old)
        assert store.plan_inbox() == (old,)


class TestForeign:
    def test_strands_of_others_carry_no_seq(self, store: StrandStore) -> None:
        with pytest.raises(InvalidStrand, match="has no seq"):
            store.insert_foreign(own("life", 0))
        assert store.strand("life-0") is None

    def test_do_not_mix_with_our_own_of_the_same_lifecycle(self, store: StrandStore) -> None:
        theirs = foreign("theirs", lifecycle_id="life")
        store.insert_foreign(theirs)
        mine = start(store, "life")
        assert store.load("life") == (mine,)
        assert store.strands(lifecycle_id="life") == (mine, theirs)

    def test_alone_make_no_lifecycle(self, store: StrandStore) -> None:
        store.insert_foreign(foreign("theirs", lifecycle_id="life"))
        assert store.load("life") == ()
        assert store.lifecycle("life") is None
        assert store.lifecycle_ids() == ()


class TestArchive:
    @pytest.fixture
    def strands(self, store: StrandStore) -> list[Strand]:
        """A finished lifecycle of three strands, with a strand of another team."""
        strands = [own("life", seq, trade_id=f"t{seq}") for seq in range(3)]
        store.append(Append("life", NEW, strands, row("life", 2, stage="done", source_id="plan")))
        store.insert_foreign(foreign("theirs", lifecycle_id="life", created_at=AT))
        return strands

    def test_moves_the_own_strands_of_what_is_done(
        self, store: StrandStore, strands: list[Strand]
    ) -> None:
        waiting = start(store, "waiting")
        assert store.archive(["life", "waiting", "unknown"]) == len(strands)
        assert [strand.id for strand in store.strands()] == ["theirs", waiting.id]
        assert store.archive(["life", "waiting"]) == 0
        assert store.archive([]) == 0

    def test_what_is_archived_is_read_as_before(
        self, store: StrandStore, strands: list[Strand]
    ) -> None:
        first = start(store, "waiting")
        store.archive(["life"])
        assert store.load("life") == tuple(strands)
        assert store.load_many(["life", "waiting"]) == {
            "life": tuple(strands),
            "waiting": (first,),
        }
        assert store.strand("life-1") == strands[1]
        assert store.trades_booked(["t0", "t2", "t3"]) == {"t0", "t2"}
        assert store.lifecycle_ids() == ("life", "waiting")
        assert store.lifecycle("life") == row("life", 2, stage="done", source_id="plan")

    def test_strands_of_one_lifecycle_are_paged_with_its_archived_ones(
        self, store: StrandStore, strands: list[Strand]
    ) -> None:
        whole = store.strands(lifecycle_id="life")
        store.archive(["life"])
        assert store.strands(lifecycle_id="life") == whole
        after = (whole[1].created_at, whole[1].id)
        assert store.strands(lifecycle_id="life", after=after, limit=1) == whole[2:3]
        assert store.strands(lifecycle_id="life", kind=strands[0].kind) == tuple(strands)

    def test_an_append_goes_on_where_the_archive_ends(
        self, store: StrandStore, strands: list[Strand]
    ) -> None:
        store.archive(["life"])
        with pytest.raises(SequenceConflict, match="lifecycle life is at seq 2") as conflict:
            store.append(Append("life", NEW, [own("life", 0, id="again")], row("life", 0)))
        assert conflict.value.lifecycle_id == "life"
        more = own("life", 3)
        store.append(Append("life", 2, [more], row("life", 3, stage="done")))
        assert store.load("life") == (*strands, more)
        assert store.archive(["life"]) == 1
        assert store.load("life") == (*strands, more)

    @pytest.mark.usefixtures("strands")
    def test_ids_and_plans_stay_taken(self, store: StrandStore) -> None:
        store.archive(["life"])
        with pytest.raises(InvalidStrand):
            store.append(Append("two", NEW, [own("two", 0, id="life-0")], row("two", 0)))
        with pytest.raises(DuplicateSource):
            start(store, "two", source_id="plan")
        assert store.load("two") == ()

    def test_the_projection_can_be_made_anew(
        self, store: StrandStore, strands: list[Strand]
    ) -> None:
        store.archive(["life"])
        store.clear_lifecycles()
        assert store.archive(["life"]) == 0
        assert store.lifecycle_ids() == ("life",)
        store.replace_lifecycles([row("life", 2, stage="done")])
        assert store.load("life") == tuple(strands)


class TestOpening:
    def test_a_journal_outlives_its_store(self, store: StrandStore, store_url: str) -> None:
        strand = start(store, "life", source_id="plan")
        store.insert_foreign(plan("other"))
        store.close()
        again = opened(store_url)
        try:
            assert again.load("life") == (strand,)
            assert again.lifecycle("life") == row("life", 0, source_id="plan")
            assert again.plan_inbox() == (plan("other"),)
        finally:
            again.close()

    def test_a_closed_store_opens_again_when_used(self, store: StrandStore) -> None:
        strand = start(store, "life")
        store.close()
        store.close()
        assert store.load("life") == (strand,)

    def test_check_names_the_store(self, store: StrandStore) -> None:
        line = store.check()
        assert line
        assert "\n" not in line
