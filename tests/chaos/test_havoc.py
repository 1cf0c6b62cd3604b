"""How old a process is, before it is killed."""

import os
import subprocess
import sys

from chaos.havoc import age_seconds
from trader.processes.waiting import wait_until


def test_a_process_grows_older() -> None:
    before = age_seconds(os.getpid())
    wait_until(lambda: age_seconds(os.getpid()) > before, 5, "time passes")
    assert age_seconds(os.getpid()) < age_seconds(1)


def test_a_process_that_has_ended_has_no_age() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert age_seconds(ended.pid) == 0
