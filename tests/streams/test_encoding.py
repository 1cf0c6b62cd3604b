import json
from collections.abc import Iterator
from dataclasses import replace
from inspect import isabstract

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.lifecycle.anything import anything
from tests.support.lifecycles import START, LifecycleBuilder, a_plan
from trader.known_streams import STREAMS
from trader.lifecycle.order_events import OrdersIntended
from trader.lifecycle.plan_events import label_of
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.stage import Leg
from trader.strands.encoding import encode_json, encode_strand
from trader.strands.kinds import Tag
from trader.strands.strand import Json, Strand
from trader.streams.encoding import Head, UnreadableStrand, to_strands
from trader.streams.event import Event
from trader.venues.hyperliquid.causes import WORDS
from trader.venues.orders import AnswerKind
from trader.venues.refusal_cause import RefusalCause

EVENTS = tuple(event for stream in STREAMS for event in stream.events)


def strand_of(event: Event) -> Strand:
    (strand,) = to_strands([event], Head("lifecycle-1", 6, "cause"), label_of(a_plan()), START)
    return strand


def stored(strand: Strand) -> Strand:
    """The strand as a store gives it back: its JSON written and read, keys sorted."""
    return replace(strand, content=json.loads(encode_json(dict(strand.content), "content")))


def read(kind: type[Event], strand: Strand) -> Event:
    """As the stream reads it that has such events."""
    (stream,) = (stream for stream in STREAMS if kind in stream.events)
    return stream.event(strand)


def test_every_event_class_can_be_read_back() -> None:
    assert set(EVENTS) == set(concrete_events(Event))


def concrete_events(kind: type[Event]) -> Iterator[type[Event]]:
    """The classes below this one that can be written."""
    for below in kind.__subclasses__():
        if not isabstract(below):
            yield below
        yield from concrete_events(below)


@pytest.mark.parametrize("kind", EVENTS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_an_event_survives_its_strand(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(anything(kind))

    again = read(kind, stored(strand_of(event)))
    assert again == event
    assert type(again) is kind
    assert again.model_dump_json() == event.model_dump_json()


@pytest.mark.parametrize("kind", EVENTS)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_an_events_strand_can_be_stored_and_routed(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(anything(kind))
    strand = strand_of(event)

    assert encode_strand(strand)["kind"] == event.kind
    assert strand.content["status"] == event.status
    assert strand.content["reason"] == event.reason
    assert strand.tags == tuple(event.routing)
    assert any(tag.startswith(("cil:", "dm:")) for tag in strand.tags)


@pytest.mark.parametrize("cause", WORDS)
def test_the_cause_of_a_refusal_stands_in_its_strand_and_comes_back(cause: RefusalCause) -> None:
    builder = LifecycleBuilder().accepted().triggered().intended()
    builder.answered(AnswerKind.REJECTED, text=WORDS[cause][0])
    strand = stored(builder.strands[-1])

    answers: Json = strand.content["answers"]
    assert answers[0]["answer"]["cause"] == cause
    assert PLANS.event(strand) == builder.lifecycle.history[-1][1]


def test_an_action_keeps_the_order_in_which_the_venue_hashes_it() -> None:
    event = LifecycleBuilder().accepted().triggered().intended().lifecycle.history[-1][1]

    again = PLANS.event(stored(strand_of(event)))
    assert isinstance(again, OrdersIntended)
    assert list(again.action) == ["type", "orders", "grouping"]


def test_the_plans_of_one_action_share_it() -> None:
    def read(lifecycle_id: str) -> OrdersIntended:
        builder = LifecycleBuilder(lifecycle_id=lifecycle_id).accepted().triggered().intended()
        event = PLANS.event(stored(builder.strands[-1]))
        assert isinstance(event, OrdersIntended)
        return event

    assert read("lifecycle-1").action is read("lifecycle-2").action


@pytest.mark.parametrize("action", ["", "[]", "null", '{"type": ', 7])
def test_an_action_that_is_no_json_object_cannot_be_read(action: Json) -> None:
    strand = LifecycleBuilder().accepted().triggered().intended().strands[-1]
    damaged = replace(strand, content={**strand.content, "action": action})

    with pytest.raises(UnreadableStrand, match="is not an event of this version"):
        PLANS.event(damaged)


@pytest.mark.parametrize("action", [{"orders": {1, 2}}, {"orders": (1,)}, {1: "one"}])
def test_an_action_that_is_no_json_is_never_intended(action: object) -> None:
    intent = LifecycleBuilder().accepted().triggered().intended().lifecycle.history[-1][1]

    with pytest.raises(ValidationError, match="action"):
        OrdersIntended.model_validate(intent.model_dump() | {"action": action})


def test_a_strand_carries_what_other_teams_select_by() -> None:
    plan = a_plan(regime="trending_up", confidence=0.8)
    strand = LifecycleBuilder(plan).accepted().strands[0]

    assert (strand.module, strand.agent_id, strand.team_member) == (
        "trader", "trader", "order_manager",
    )  # fmt: skip
    assert (strand.symbol, strand.timeframe, strand.regime) == ("BTC", "1h", "trending_up")
    assert strand.session_bucket == "session_20260105_09"
    assert (strand.sig_confidence, strand.outcome_score) == (0.8, None)
    assert strand.position_id == "lifecycle-1"
    assert Tag.DM_EXECUTION_FEEDBACK in strand.tags


def test_a_trades_strand_carries_the_venues_trade_id() -> None:
    assert LifecycleBuilder().entered().strands[-1].trade_id == "1"


def test_each_strand_is_caused_by_the_one_before() -> None:
    builder = LifecycleBuilder().entered().left("30600")

    assert [strand.seq for strand in builder.strands] == list(range(len(builder.strands)))
    causes = [strand.parent_id for strand in builder.strands]
    assert causes == [None, *(strand.id for strand in builder.strands[:-1])]


def test_a_strand_without_a_plan_names_no_symbol() -> None:
    refusal = LifecycleBuilder().refused().lifecycle.history[0][1]
    (strand,) = PLANS.change("lifecycle-1", None, [refusal], START).append.strands

    assert (strand.symbol, strand.timeframe, strand.regime) == (None, None, "unknown")
    assert strand.parent_id == "source-of-lifecycle-1"


@pytest.mark.parametrize(
    "change",
    [
        {"event": "order_teleported"},
        {"event": None},
        {"unheard_of": 1},
        {"leg": "sideways"},
        {"is_complete": None},
    ],
)
def test_content_that_is_no_event_is_refused_and_not_guessed(change: dict[str, object]) -> None:
    strand = LifecycleBuilder().entered().strands[-1]
    content = json.loads(json.dumps(dict(strand.content) | change))

    with pytest.raises(UnreadableStrand, match=rf"{strand.id} \(lifecycle lifecycle-1, seq 4\)"):
        PLANS.event(replace(strand, content=content))


def test_legs_are_written_in_the_words_of_the_plan() -> None:
    strand = LifecycleBuilder().entered().strands[-1]

    assert strand.content["leg"] == Leg.ENTRY
    assert strand.content["status"] == "filled"
