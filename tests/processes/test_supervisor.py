"""Real children: killed, restarted, stopped in order, and no orphan left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.real_processes import group_members, is_running
from trader.errors import Misconfigured
from trader.processes.child import Program
from trader.processes.supervisor import Event, Happening, Supervisor
from trader.processes.waiting import wait_until

SLEEPS = "import time; print('ready', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
FINISHES = (
    "import signal, sys, time\n"
    "def finish(*_):\n"
    "    time.sleep(0.5)\n"
    "    print('finished', flush=True)\n"
    "    sys.exit()\n"
    "signal.signal(signal.SIGTERM, finish)\n"
) + SLEEPS
WITH_POOL = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); "
SUPERVISES = """
import sys
from pathlib import Path
from trader.processes.child import Program
from trader.processes.supervisor import Supervisor

with Supervisor(Path(sys.argv[1]), lambda event: None, patience=2) as supervisor:
    supervisor.start(Program("child", (sys.executable, "-c", sys.argv[2]), {}))
    print(supervisor.pid("child"), flush=True)
    sys.stdin.read()
"""


def python(name: str, code: str, restarts: bool = True) -> Program:
    return Program(name, (sys.executable, "-c", code), {"PYTHONUNBUFFERED": "1"}, restarts)


def pid_of(supervisor: Supervisor, name: str) -> int:
    pid = supervisor.pid(name)
    assert pid is not None
    return pid


def await_ready(supervisor: Supervisor, name: str, times: int = 1) -> None:
    def said_ready() -> bool:
        return supervisor.log(name).read_text().count("ready") >= times

    wait_until(said_ready, 20, f"{name} is ready")


def test_a_killed_child_is_restarted_and_the_restart_is_reported(tmp_path: Path) -> None:
    events: list[Event] = []
    with Supervisor(tmp_path, events.append) as supervisor:
        supervisor.start(python("child", SLEEPS))
        first = pid_of(supervisor, "child")
        await_ready(supervisor, "child")
        os.kill(first, signal.SIGKILL)
        await_ready(supervisor, "child", times=2)
        second = pid_of(supervisor, "child")
        assert second != first
    assert not is_running(second)
    assert [event.happening for event in events] == [
        Happening.STARTED,
        Happening.ENDED,
        Happening.RESTARTED,
        Happening.STOPPED,
    ]
    log = tmp_path / "child.log"
    assert events[1].detail == f"SIGKILL; see {log}; starts again in 0.5 s"


def test_what_a_killed_child_started_goes_with_it(tmp_path: Path) -> None:
    with Supervisor(tmp_path, lambda _: None) as supervisor:
        supervisor.start(python("pool", WITH_POOL + SLEEPS))
        await_ready(supervisor, "pool", times=2)
        first = pid_of(supervisor, "pool")
        assert len(group_members(first)) == 2
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not group_members(first), 10, "the group is gone")


def test_children_stop_the_last_started_first(tmp_path: Path) -> None:
    events: list[Event] = []
    with Supervisor(tmp_path, events.append) as supervisor:
        for name in ("first", "second", "third"):
            supervisor.start(python(name, SLEEPS))
    stopped = [event.process for event in events if event.happening is Happening.STOPPED]
    assert stopped == ["third", "second", "first"]


def test_children_named_together_stop_together(tmp_path: Path) -> None:
    events: list[Event] = []
    with Supervisor(tmp_path, events.append) as supervisor:
        for name in ("first", "second", "third"):
            supervisor.start(python(name, SLEEPS))
        supervisor.stop(["second", "third"])
        assert supervisor.names() == ("first",)
    stopped = [event.process for event in events if event.happening is Happening.STOPPED]
    assert stopped == ["second", "third", "first"]


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    events: list[Event] = []
    with Supervisor(tmp_path, events.append, patience=0.3) as supervisor:
        supervisor.start(python("stubborn", STUBBORN))
        await_ready(supervisor, "stubborn")
        pid = pid_of(supervisor, "stubborn")
        supervisor.stop(["stubborn"])
    assert not is_running(pid)
    assert events[-1].happening is Happening.KILLED


def test_a_child_that_finishes_what_it_does_is_given_the_time(tmp_path: Path) -> None:
    events: list[Event] = []
    with Supervisor(tmp_path, events.append) as supervisor:
        supervisor.start(python("careful", FINISHES))
        await_ready(supervisor, "careful")
    assert events[-1] == Event("careful", Happening.STOPPED, "status 0")
    assert (tmp_path / "careful.log").read_text().endswith("finished\n")


def test_a_child_not_to_be_restarted_stays_ended(tmp_path: Path) -> None:
    events: list[Event] = []
    with Supervisor(tmp_path, events.append) as supervisor:
        supervisor.start(python("once", "raise SystemExit(3)", restarts=False))
        wait_until(lambda: supervisor.over() == ("once",), 10, "it is over")
        assert supervisor.pid("once") is None
    assert [event.happening for event in events[:2]] == [Happening.STARTED, Happening.ENDED]
    assert events[1].detail.startswith("status 3; see ")


def test_a_child_that_keeps_ending_waits_longer_each_time(tmp_path: Path) -> None:
    events: list[Event] = []
    with Supervisor(tmp_path, events.append) as supervisor:
        supervisor.start(python("broken", "raise SystemExit(2)"))
        wait_until(lambda: _count(events, Happening.ENDED) == 2, 20, "it ended twice")
    waits = [e.detail.rpartition("in ")[2] for e in events if e.happening is Happening.ENDED]
    assert waits[:2] == ["0.5 s", "1 s"]


def test_a_program_that_does_not_exist_is_misconfigured(tmp_path: Path) -> None:
    with (
        Supervisor(tmp_path, lambda _: None) as supervisor,
        pytest.raises(Misconfigured, match=r"cannot start ghost \(no-such-program\)"),
    ):
        supervisor.start(Program("ghost", ("no-such-program",), {"PATH": "/nowhere"}))


@pytest.mark.parametrize(
    ("code", "processes", "last_words"),
    [
        (WITH_POOL + SLEEPS, 2, "ready"),
        (WITH_POOL + STUBBORN, 2, "ready"),
        (FINISHES, 1, "finished"),
    ],
)
def test_a_killed_supervisor_leaves_no_orphan(
    tmp_path: Path, code: str, processes: int, last_words: str
) -> None:
    arguments = [sys.executable, "-c", SUPERVISES, str(tmp_path), code]
    supervising = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with supervising:
        assert supervising.stdout is not None
        group = int(supervising.stdout.readline())
        log = tmp_path / "child.log"
        wait_until(lambda: log.read_text().count("ready") == processes, 20, "all are ready")
        assert len(group_members(group)) == processes
        supervising.kill()
        wait_until(lambda: not group_members(group), 20, "no orphan is left")
        assert log.read_text().split()[-1] == last_words


def _count(events: list[Event], happening: Happening) -> int:
    return sum(event.happening is happening for event in events)
