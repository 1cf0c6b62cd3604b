"""Which faults hold and strike, with a clock of our own."""

import pytest
from pydantic import ValidationError

from local_exchange.faults.board import FaultBoard
from local_exchange.faults.fault import Fault
from local_exchange.faults.http_faults import Delayed, HttpError, ReplyDropped
from local_exchange.faults.scope import Subject, Surface
from local_exchange.faults.venue_faults import PostOnlyWindow

REQUEST = Subject(Surface.EXCHANGE, "order", lambda: None)


class Clock:
    def __init__(self) -> None:
        self.now_ms = 5_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> FaultBoard:
    return FaultBoard(clock)


def pattern(board: FaultBoard, requests: int) -> str:
    """One letter a request: x for a struck one."""
    return "".join("x" if board.strikes_on_request(REQUEST) else "." for _ in range(requests))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ReplyDropped(), "xxxxxx"),
        (ReplyDropped(count=2), "xx...."),
        (ReplyDropped(skip=3), "...xxx"),
        (ReplyDropped(skip=1, count=2), ".xx..."),
    ],
)
def test_skip_and_count(board: FaultBoard, fault: ReplyDropped, expected: str) -> None:
    board.add(fault)
    assert pattern(board, 6) == expected


def test_probability_is_of_its_seed(board: FaultBoard) -> None:
    def struck(seed: int) -> str:
        board.add(ReplyDropped(probability=0.3, seed=seed))
        shown = pattern(board, 400)
        board.clear()
        return shown

    assert struck(1) == struck(1) != struck(2)
    assert 0.2 < struck(1).count("x") / 400 < 0.4


def test_different_faults_of_one_seed_do_not_strike_together(board: FaultBoard) -> None:
    board.add(ReplyDropped(probability=0.5))
    board.add(HttpError(status=500, probability=0.5))
    sizes = {len(board.strikes_on_request(REQUEST)) for _ in range(50)}
    assert sizes == {0, 1, 2}


def test_what_a_fault_leaves_open_is_of_its_seed(board: FaultBoard) -> None:
    def draws() -> list[float]:
        board.add(Delayed(min_ms=0, max_ms=1_000, seed=9))
        strikes = [board.strikes_on_request(REQUEST)[0] for _ in range(5)]
        board.clear()
        return [strike.chance.random() for strike in strikes]

    assert draws() == draws()
    assert len(set(draws())) == 5


def test_window(board: FaultBoard, clock: Clock) -> None:
    board.add(PostOnlyWindow(starts_after_ms=100, ends_after_ms=200))
    shown = []
    for now_ms in (5_000, 5_099, 5_100, 5_199, 5_200):
        clock.now_ms = now_ms
        shown.append(len(board.conditions(PostOnlyWindow)))
    assert shown == [0, 0, 1, 1, 0]
    assert board.is_calm, "what is over is forgotten"


@pytest.mark.parametrize("fault", [ReplyDropped(count=1), ReplyDropped(ends_after_ms=1)])
def test_calm_returns(board: FaultBoard, clock: Clock, fault: Fault) -> None:
    assert board.is_calm
    board.add(fault)
    assert not board.is_calm
    pattern(board, 1)
    clock.now_ms += 1
    assert pattern(board, 1) == "."
    assert board.is_calm


def test_listing_tells_what_happened(board: FaultBoard) -> None:
    number = board.add(ReplyDropped(skip=1))
    board.add(ReplyDropped(count=1))
    pattern(board, 3)
    listing = board.listing()
    (fault,) = listing["faults"]
    assert (fault["id"], fault["kind"], fault["seen"], fault["struck"]) == (
        number,
        "reply_dropped",
        3,
        2,
    )
    assert listing["struck"] == {"reply_dropped": 3}
    assert listing["schedule"] is None


def test_remove(board: FaultBoard) -> None:
    number = board.add(ReplyDropped())
    board.remove(number)
    assert pattern(board, 1) == "."
    with pytest.raises(KeyError):
        board.remove(number)


def test_a_window_must_not_end_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="must be greater than"):
        PostOnlyWindow(starts_after_ms=5, ends_after_ms=5)
