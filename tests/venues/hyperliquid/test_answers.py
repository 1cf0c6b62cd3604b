"""The venue's replies to actions, in every form seen and some never seen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.builders import CLOID
from trader.strands.strand import Json
from trader.venues.hyperliquid.answers import cancel_answers, order_answers
from trader.venues.orders import AnswerKind, OrderAnswer
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import BatchRefused

REJECTED, FILLED = AnswerKind.REJECTED, AnswerKind.FILLED


def response(*statuses: Json) -> Json:
    return {"type": "order", "data": {"statuses": list(statuses)}}


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (
            {"resting": {"oid": 77738308}},
            OrderAnswer(kind=AnswerKind.RESTING, order_id=77738308),
        ),
        (
            {"resting": {"oid": 77738308, "cloid": CLOID}},
            OrderAnswer(kind=AnswerKind.RESTING, order_id=77738308),
        ),
        (
            {"filled": {"totalSz": "0.02", "avgPx": "1891.4", "oid": 77747314, "cloid": CLOID}},
            OrderAnswer(
                kind=FILLED,
                order_id=77747314,
                filled_size=Decimal("0.02"),
                average_price=Decimal("1891.4"),
            ),
        ),
        (
            {"error": "Order must have minimum value of $10. asset=1"},
            OrderAnswer(
                kind=REJECTED,
                text="Order must have minimum value of $10. asset=1",
                cause=RefusalCause.MINIMUM_NOTIONAL,
            ),
        ),
        (
            {"error": "sunspots"},
            OrderAnswer(kind=REJECTED, text="sunspots", cause=RefusalCause.UNKNOWN),
        ),
        ("waitingForFill", OrderAnswer(kind=AnswerKind.WAITING, text="waitingForFill")),
        ("waitingForTrigger", OrderAnswer(kind=AnswerKind.WAITING, text="waitingForTrigger")),
    ],
)
def test_known_answers(status: Json, answer: OrderAnswer) -> None:
    assert order_answers(response(status), 1) == (answer,)


@pytest.mark.parametrize(
    "status",
    [
        "waitingForGodot",
        "success",
        None,
        7,
        [],
        {},
        {"resting": {}},
        {"resting": {"oid": "77738308"}},
        {"filled": {"totalSz": "a lot", "avgPx": "1891.4", "oid": 1}},
        {"filled": {"totalSz": "0.02", "avgPx": "0.0", "oid": 1}},
        {"filled": {"totalSz": "NaN", "avgPx": "1891.4", "oid": 1}},
        {"filled": {"totalSz": 0.02, "avgPx": "1891.4", "oid": 1}},
        {"error": None},
        {"queued": {"oid": 1}},
    ],
)
def test_an_unknown_answer_is_kept_and_decides_nothing(status: Json) -> None:
    (answer,) = order_answers(response(status), 1)
    assert answer.kind is AnswerKind.UNRECOGNISED
    assert answer.text.startswith("unrecognised answer: ")


def test_answers_keep_the_order_of_the_orders() -> None:
    answers = order_answers(
        response({"resting": {"oid": 1}}, {"error": "Insufficient margin"}, "waitingForFill"), 3
    )
    assert [answer.kind for answer in answers] == [
        AnswerKind.RESTING,
        AnswerKind.REJECTED,
        AnswerKind.WAITING,
    ]


def test_one_error_for_a_whole_batch_refuses_it() -> None:
    with pytest.raises(BatchRefused, match=r"Orders are empty\.") as refused:
        order_answers(response({"error": "Orders are empty."}), 3)
    assert refused.value.cause is RefusalCause.FORM


def test_one_error_for_one_order_is_its_answer() -> None:
    answers = order_answers(response({"error": "Orders are empty."}), 1)
    empty = OrderAnswer(kind=REJECTED, text="Orders are empty.", cause=RefusalCause.FORM)
    assert answers == (empty,)


@pytest.mark.parametrize(
    "reply",
    [
        response({"resting": {"oid": 1}}),
        response({"error": "a"}, {"error": "b"}),
        response(),
        {"type": "default"},
        {"type": "order", "data": {}},
        {"type": "order", "data": None},
        "ok",
        None,
    ],
)
def test_a_reply_that_does_not_match_the_orders_says_nothing_of_any(reply: Json) -> None:
    answers = order_answers(reply, 3)
    assert [answer.kind for answer in answers] == [AnswerKind.UNRECOGNISED] * 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "statuses", "error", "filled", "resting", "oid"]), children
        )
    ),
    max_leaves=10,
)


@given(json_values, st.integers(1, 3))
def test_no_reply_crashes_and_each_order_gets_an_answer(reply: Json, count: int) -> None:
    assert len(order_answers(reply, count)) == count
    assert len(cancel_answers(reply, count)) == count


MISSING = "Order was never placed, already canceled, or filled. asset=0"


@pytest.mark.parametrize(
    ("statuses", "count", "texts"),
    [
        (["success"], 1, ("",)),
        (["success", {"error": MISSING}], 2, ("", MISSING)),
        ([{"error": MISSING}], 2, (MISSING, MISSING)),
        (["done"], 1, ('unrecognised answer: "done"',)),
        ([{"error": ""}], 1, ('unrecognised answer: {"error": ""}',)),
    ],
)
def test_cancellations(statuses: list[Json], count: int, texts: tuple[str, ...]) -> None:
    assert cancel_answers(response(*statuses), count) == texts
