"""A write whose reply was lost is there once, or its caller hears of it."""

from dataclasses import dataclass, field

import pytest

from trader.errors import Misconfigured
from trader.strands.lost_replies import PATIENCE_SECONDS, ReplyLost, write_once
from trader.strands.store import (
    DuplicatePlan,
    DuplicateSource,
    InvalidStrand,
    SequenceConflict,
    StoreUnavailable,
)

LOST = ReplyLost("the connection broke")
DOWN = StoreUnavailable("it does not answer")
CONFLICT = SequenceConflict("another worker was first")


@dataclass
class FakeStore:
    """Answers as scripted; the last answer of each script goes on for ever."""

    sends: list[Exception | None]
    looks: list[Exception | bool] = field(default_factory=lambda: [False])
    asked: list[str] = field(default_factory=list)
    now: float = 0.0

    def write(self) -> None:
        write_once(self._send, self._is_kept, sleep=self._sleep, clock=lambda: self.now)

    def _send(self) -> None:
        self.asked.append("send")
        answer = self.sends.pop(0) if len(self.sends) > 1 else self.sends[0]
        if answer is not None:
            raise answer

    def _is_kept(self) -> bool:
        self.asked.append("look")
        answer = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.mark.parametrize(
    ("sends", "looks", "asked"),
    [
        ([None], [], "send"),
        ([LOST], [True], "send look"),
        ([LOST, None], [False], "send look send"),
        ([LOST, LOST, None], [False], "send look send look send"),
        ([LOST, LOST], [False, True], "send look send look"),
        # The first one landed after we had looked, and refuses the second.
        ([LOST, CONFLICT], [False, True], "send look send look"),
        ([LOST, InvalidStrand("the id exists")], [False, True], "send look send look"),
        ([LOST, DuplicateSource("started")], [False, True], "send look send look"),
        # The store comes back.
        ([LOST], [DOWN, LOST, True], "send look look look"),
        ([LOST, DOWN, None], [False], "send look send look send"),
    ],
)
def test_a_lost_reply_is_settled(
    sends: list[Exception | None], looks: list[Exception | bool], asked: str
) -> None:
    store = FakeStore(sends, looks)
    store.write()
    assert " ".join(store.asked) == asked


@pytest.mark.parametrize("error", [CONFLICT, DuplicatePlan("two"), InvalidStrand("x"), DOWN])
def test_an_answer_is_an_answer(error: Exception) -> None:
    store = FakeStore([error], [True])
    with pytest.raises(type(error)) as raised:
        store.write()
    assert raised.value is error
    assert store.asked == ["send"]


@pytest.mark.parametrize("error", [CONFLICT, DuplicatePlan("two"), InvalidStrand("x")])
def test_a_refusal_after_a_lost_reply_stands_when_the_write_is_not_there(error: Exception) -> None:
    store = FakeStore([LOST, error], [False])
    with pytest.raises(type(error)):
        store.write()
    assert store.asked == ["send", "look", "send", "look"]


@pytest.mark.parametrize(
    ("sends", "looks"), [([LOST], [False]), ([LOST], [DOWN]), ([LOST, DOWN], [False])]
)
def test_what_cannot_be_settled_is_told_in_time(
    sends: list[Exception | None], looks: list[Exception | bool]
) -> None:
    store = FakeStore(sends, looks)
    with pytest.raises(StoreUnavailable):
        store.write()
    assert PATIENCE_SECONDS - 1 <= store.now <= PATIENCE_SECONDS
    assert 5 <= store.asked.count("look") <= 12


def test_a_wrong_setting_ends_it() -> None:
    store = FakeStore([LOST], [Misconfigured("the password was changed")])
    with pytest.raises(Misconfigured):
        store.write()
