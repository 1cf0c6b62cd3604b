"""A process that outlives its supervisor, to end what the supervisor left behind.

It reads `+GROUP` and `-GROUP` lines (process groups begun and ended) from standard input. When
the input closes, because the supervisor stopped or was killed, it ends the groups that are left:
SIGTERM, then SIGKILL. It needs only the standard library, on any POSIX system; when both the
supervisor and the keeper are killed, the children stay.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Self


class Keeper:
    """The supervisor's side: starts the keeper and tells it of process groups.

    `grace` is how many seconds a group may take to end.
    """

    def __init__(self, grace: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(grace)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let the keeper end the groups that were not released, and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    @property
    def pid(self) -> int:
        """The keeper's process id."""
        return self._process.pid

    def keep(self, group: int) -> None:
        """End this process group when the supervisor dies."""
        self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        """The group has ended; its number may be another's from now on."""
        self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # the keeper was killed: the supervisor still works
            self._process.stdin.write(line.encode())


def remaining_groups(lines: Iterable[str]) -> set[int]:
    """The groups begun and not ended, after the last line."""
    groups: set[int] = set()
    for line in lines:
        change = groups.add if line[0] == "+" else groups.discard
        change(int(line[1:]))
    return groups


def signal_group(group: int, number: int) -> bool:
    """Send a signal (0 only asks) to a process group; False when there is no such group."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
        return False
    return True


def end_groups(groups: Iterable[int], grace: float) -> None:
    """Ask every group to end, and kill those that have not after so many seconds."""
    alive = {group for group in groups if signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + grace
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = {group for group in alive if signal_group(group, 0)}
    for group in alive:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    end_groups(remaining_groups(sys.stdin), grace=float(sys.argv[1]))
