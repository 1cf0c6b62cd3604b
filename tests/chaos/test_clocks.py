"""Clocks are stepped through files, and what a stepped clock told is put right."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chaos.clocks import Clocks, ClockStep, true_times
from trader.clock import utc_now

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

TELL_ALL = """
import sys, time
from pathlib import Path
from chaos.stepped_process import install
install(Path(sys.argv[1]))
from celery import Celery
import celery.worker.request
from trader.clock import utc_now
told = [utc_now(), Celery("any").now(), celery.worker.request.datetime.now(utc_now().tzinfo)]
print(*[t.timestamp() for t in told], time.time())
"""


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


@pytest.mark.parametrize("ahead", [None, 25.0, -25.0])
def test_all_that_a_process_takes_for_the_time_is_stepped(
    ahead: float | None, tmp_path: Path
) -> None:
    file = tmp_path / "clock"
    if ahead is not None:
        file.write_text(str(ahead))
    told = subprocess.run(
        [sys.executable, "-c", TELL_ALL, str(file)], capture_output=True, text=True, check=True
    )
    for seconds in map(float, told.stdout.split()):
        assert seconds - utc_now().timestamp() == pytest.approx(ahead or 0.0, abs=5)


@pytest.mark.parametrize("program", [("python", "-m", "json.tool"), ("celery", "--version")])
def test_a_program_runs_as_it_would_without(program: tuple[str, ...], tmp_path: Path) -> None:
    stepped = [sys.executable, "-m", "chaos.stepped_process", str(tmp_path / "clock"), *program]
    plain = [sys.executable, "-m", *program[(program[0] == "python" and 2) or 0 :]]
    runs = [
        subprocess.run(command, input="[1]", capture_output=True, text=True, check=True)
        for command in (stepped, plain)
    ]
    assert runs[0].stdout == runs[1].stdout != ""


def test_another_program_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chaos.stepped_process", str(tmp_path / "clock"), "ls"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "neither" in refused.stderr


def test_a_step_lasts_for_a_while_and_is_remembered(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path / "clocks")
    before = utc_now()
    clocks.step("stream", timedelta(seconds=-7), seconds=0.1)
    (step,) = clocks.steps
    assert (step.process, step.ahead) == ("stream", timedelta(seconds=-7))
    assert before <= step.began <= step.ended - timedelta(seconds=0.1)
    assert float(clocks.file("stream").read_text()) == 0


@pytest.mark.parametrize(
    ("told", "ahead", "expected"),
    [
        (at(5), 20, {at(5)}),
        (at(25), 20, {at(25), at(5)}),
        (at(31), 20, {at(31)}),
        (at(-15), -20, {at(-15), at(5)}),
    ],
)
def test_a_time_may_have_been_told_by_a_wrong_clock(
    told: datetime, ahead: float, expected: set[datetime]
) -> None:
    step = ClockStep("stream", timedelta(seconds=ahead), at(0), at(10))
    assert set(true_times(told, [step])) == expected
