"""Acts are begun at their times, when they are possible, and each claim by one at a time."""

import time
from collections.abc import Callable

import pytest

from chaos import havoc as havoc_module
from chaos.acts.act import Act, ActKind, Target
from chaos.acts.performer import Performer, always
from chaos.havoc import Havoc
from trader.processes.waiting import NotReady


def recording(
    log: list[str], outcome: Callable[[], bool] = lambda: True, seconds: float = 0.0
) -> Performer:
    def perform(act: Act) -> bool:
        log.append(f"{act.name} begins")
        time.sleep(seconds)
        log.append(f"{act.name} ends")
        return outcome()

    return Performer(lambda act: act.queue.split(), perform, always)


def wreak(havoc: Havoc, *acts: Act) -> None:
    havoc.wreak(acts, time.monotonic())


def test_acts_of_different_claims_overlap_and_those_of_one_do_not() -> None:
    log: list[str] = []
    havoc = Havoc({ActKind.KILL: recording(log, seconds=0.5)})
    wreak(
        havoc,
        Act(0.0, ActKind.KILL, Target.STREAM, "one"),
        Act(0.1, ActKind.KILL, Target.BEAT, "one"),
        Act(0.2, ActKind.KILL, Target.BROKER, "other"),
    )
    assert log.index("kill broker begins") < log.index("kill stream ends")
    assert log.index("kill stream ends") < log.index("kill beat begins")
    assert havoc.done == {"kill stream": 1, "kill beat": 1, "kill broker": 1}


def test_an_act_may_claim_more_than_one_thing() -> None:
    log: list[str] = []
    havoc = Havoc({ActKind.KILL: recording(log, seconds=0.3)})
    wreak(
        havoc,
        Act(0.0, ActKind.KILL, Target.STREAM, "one two"),
        Act(0.1, ActKind.KILL, Target.BEAT, "two three"),
    )
    assert log.index("kill stream ends") < log.index("kill beat begins")


def test_what_could_not_be_done_is_tried_again() -> None:
    outcomes = iter([False, False, True])
    log: list[str] = []
    havoc = Havoc({ActKind.CANCELS: recording(log, lambda: next(outcomes))})
    wreak(havoc, Act(0.0, ActKind.CANCELS))
    assert log.count("cancels begins") == 3
    assert havoc.done == {"cancels": 1}


def test_what_nobody_can_do_is_left_out() -> None:
    havoc = Havoc({ActKind.CANCELS: recording([])})
    wreak(havoc, Act(0.0, ActKind.FULL_DISK), Act(0.0, ActKind.CANCELS))
    assert havoc.left_out == {"full_disk": 1}
    assert havoc.done == {"cancels": 1}


def test_an_act_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(havoc_module, "PATIENCE_SECONDS", 0.3)
    never = Performer(lambda _: (), lambda _: True, lambda _: False)
    with pytest.raises(NotReady, match="kill worker exchange"):
        wreak(Havoc({ActKind.KILL: never}), Act(0.0, ActKind.KILL, Target.WORKER, "exchange"))


def test_a_failure_of_the_harness_itself_is_raised() -> None:
    def fail() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wreak(Havoc({ActKind.CANCELS: recording([], fail)}), Act(0.0, ActKind.CANCELS))
