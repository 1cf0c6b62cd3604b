"""One child process with its own process group and its output in a log file."""

import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trader.errors import Misconfigured
from trader.processes.keeper import signal_group


@dataclass(frozen=True, slots=True)
class Program:
    """What a child runs: its name, arguments, whole environment, and whether to restart it."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    restarts: bool = True


class Child:
    """A running program. Its group holds what it starts itself, so that nothing outlives it."""

    def __init__(self, program: Program, log: Path) -> None:
        with log.open("ab") as output:
            try:
                self._process = subprocess.Popen(
                    program.arguments,
                    env=dict(program.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise Misconfigured(
                    f"cannot start {program.name} ({program.arguments[0]}): {error.strerror}"
                ) from error
        self._started = time.monotonic()
        self._group_is_ours = True

    @property
    def pid(self) -> int:
        """The process id, which is its group's number too."""
        return self._process.pid

    @property
    def ran_seconds(self) -> float:
        """How long ago it started."""
        return time.monotonic() - self._started

    def ended(self) -> int | None:
        """Its exit status (negative: the signal that ended it), or None while it runs."""
        return self._process.poll()

    def ask_to_end(self) -> None:
        """SIGTERM to the process itself, which ends its own children in its own way."""
        self._process.terminate()

    def kill_group(self) -> None:
        """SIGKILL to it and to all it started, once: later the number may be another's."""
        if self._group_is_ours:
            signal_group(self.pid, signal.SIGKILL)
            self._process.wait()
            self._group_is_ours = False


def describe_status(status: int) -> str:
    """An exit status in words, such as `status 1` or `SIGKILL`."""
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
