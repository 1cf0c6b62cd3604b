"""Starts child processes, restarts those that end unexpectedly, and stops them all."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from trader.errors import Misconfigured
from trader.processes.backoff import Backoff
from trader.processes.child import Child, Program, describe_status
from trader.processes.keeper import Keeper
from trader.processes.private_files import make_private_folder

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 15.0
"""How long a child may usually take to end after SIGTERM."""


class Happening(StrEnum):
    """What a supervisor reports of a process."""

    STARTED = "started"
    ENDED = "ended"
    RESTARTED = "restarted"
    STOPPED = "stopped"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Event:
    """One happening to one process, with a detail for people."""

    process: str
    happening: Happening
    detail: str


@dataclass(slots=True)
class _Supervised:
    program: Program
    child: Child
    backoff: Backoff = field(default_factory=Backoff)
    restart_at: float | None = None
    over: bool = False


class Supervisor:
    """Holds named children. Every method may be called from any thread.

    Usage: `with Supervisor(...) as supervisor`, `start` what should run; children are watched in
    a thread of their own, and all are stopped at the end, the last started first. If this
    process is killed, the keeper ends them. Whoever has not ended `patience` seconds after it was
    asked to is killed.
    """

    def __init__(
        self,
        log_folder: Path,
        report: Callable[[Event], None],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        make_private_folder(log_folder)
        self._log_folder = log_folder
        self._report = report
        self._patience = patience
        self._supervised: dict[str, _Supervised] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._keeper = Keeper(patience)
        self._watch = threading.Thread(target=self._watch_until_closing, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._watch.join()
        for name in reversed(tuple(self._supervised)):
            self.stop((name,))
        self._keeper.__exit__()

    def start(self, program: Program) -> None:
        """Start a program under its name. Raises Misconfigured when it cannot be executed."""
        with self._lock:
            child = self._spawn(program)
            self._supervised[program.name] = _Supervised(program, child)
            self._tell(program.name, Happening.STARTED, f"process {child.pid}")

    def stop(self, names: Collection[str]) -> None:
        """Ask these to end, all at once; kill those that still run when the patience is over."""
        with self._lock:
            stopping = {name: self._supervised.pop(name) for name in names}
            running = {n: s.child for n, s in stopping.items() if s.child.ended() is None}
            for child in running.values():
                child.ask_to_end()
            self._await_ends(running.values())
            for name, supervised in stopping.items():
                self._finish(name, supervised.child)

    def pid(self, name: str) -> int | None:
        """The process id of a running child; None while it waits for its restart."""
        with self._lock:
            child = self._supervised[name].child
            return child.pid if child.ended() is None else None

    def log(self, name: str) -> Path:
        """The file that holds the process's output."""
        return self._log_folder / f"{name}.log"

    def names(self) -> tuple[str, ...]:
        """What is supervised, in the order of starting."""
        with self._lock:
            return tuple(self._supervised)

    def over(self) -> tuple[str, ...]:
        """The processes that ended and are not to be restarted."""
        with self._lock:
            return tuple(name for name, s in self._supervised.items() if s.over)

    def _watch_until_closing(self) -> None:
        while not self._closing.wait(POLL_SECONDS):
            with self._lock:
                for supervised in self._supervised.values():
                    self._look_at(supervised)

    def _look_at(self, supervised: _Supervised) -> None:
        if supervised.over:
            return
        if supervised.restart_at is not None:
            if time.monotonic() >= supervised.restart_at:
                self._restart(supervised)
            return
        status = supervised.child.ended()
        if status is not None:
            self._note_end(supervised, status)

    def _note_end(self, supervised: _Supervised, status: int) -> None:
        program = supervised.program
        self._clear_group(supervised.child)
        detail = f"{describe_status(status)}; see {self.log(program.name)}"
        if program.restarts:
            self._postpone(supervised, supervised.child.ran_seconds, detail)
        else:
            supervised.over = True
            self._tell(program.name, Happening.ENDED, detail)

    def _postpone(self, supervised: _Supervised, ran_seconds: float, reason: str) -> None:
        supervised.backoff = supervised.backoff.after_end(ran_seconds)
        wait = supervised.backoff.seconds
        supervised.restart_at = time.monotonic() + wait
        self._tell(
            supervised.program.name, Happening.ENDED, f"{reason}; starts again in {wait:g} s"
        )

    def _restart(self, supervised: _Supervised) -> None:
        try:
            supervised.child = self._spawn(supervised.program)
        except Misconfigured as error:
            self._postpone(supervised, 0.0, str(error))
            return
        supervised.restart_at = None
        detail = f"process {supervised.child.pid}"
        self._tell(supervised.program.name, Happening.RESTARTED, detail)

    def _spawn(self, program: Program) -> Child:
        child = Child(program, self.log(program.name))
        self._keeper.keep(child.pid)
        return child

    def _finish(self, name: str, child: Child) -> None:
        status = child.ended()
        self._clear_group(child)
        if status is None:
            self._tell(name, Happening.KILLED, "it did not end in time")
        else:
            self._tell(name, Happening.STOPPED, describe_status(status))

    def _clear_group(self, child: Child) -> None:
        """Kill what the child left behind, such as a worker's pool."""
        child.kill_group()
        self._keeper.release(child.pid)

    def _await_ends(self, children: Collection[Child]) -> None:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline and any(c.ended() is None for c in children):
            time.sleep(POLL_SECONDS / 2)

    def _tell(self, process: str, happening: Happening, detail: str) -> None:
        self._report(Event(process, happening, detail))
