"""Processes are frozen for a while, and their age is known."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

from chaos.signals import age_seconds, freeze, sent
from trader.processes.waiting import wait_until


def test_a_process_grows_older() -> None:
    before = age_seconds(os.getpid())
    wait_until(lambda: age_seconds(os.getpid()) > before, 5, "time passes")
    assert age_seconds(os.getpid()) < age_seconds(1)


def test_a_process_that_has_ended_has_no_age() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert age_seconds(ended.pid) == 0


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_frozen_process_stands_and_goes_on() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        freezing = Thread(target=freeze, args=(os.kill, sleeper.pid, 0.5))
        freezing.start()
        wait_until(lambda: state_of(sleeper.pid) == "T", 5, "it stands")
        freezing.join()
        wait_until(lambda: state_of(sleeper.pid) != "T", 5, "it goes on")
        sleeper.kill()


def test_nobody_is_there_to_be_sent_a_signal() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert not sent(os.kill, ended.pid, signal.SIGKILL)
    assert not freeze(os.kill, ended.pid, 60)
