"""Signals to processes and groups that may end at any moment by themselves."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

START_TIME = 19
"""The place of the start time behind the name in /proc/PID/stat: clock ticks since the boot."""

Send: TypeAlias = Callable[[int, int], None]
"""`os.kill` or `os.killpg`."""


def sent(send: Send, number: int, signal_number: int) -> bool:
    """Whether there was somebody to be sent the signal."""
    try:
        send(number, signal_number)
    except ProcessLookupError:
        return False
    return True


def freeze(send: Send, number: int, seconds: float) -> bool:
    """Let a process or group stand for so long; False when there is none."""
    if not sent(send, number, signal.SIGSTOP):
        return False
    try:
        time.sleep(seconds)
    finally:
        sent(send, number, signal.SIGCONT)
    return True


def age_seconds(pid: int) -> float:
    """How long ago the process started; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    started = int(fields[START_TIME]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
