"""Runs pytest again and again, each time in a fork of a process that has imported the libraries.

They take most of the time of a short test run. This file is also the program of that process: it
reads a JSON list of paths from each line, and answers with a line, the exit code and the end of
what the tests printed.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

LIBRARIES = (
    "celery",
    "eth_account",
    "fakeredis",
    "hypothesis.stateful",
    "hypothesis.strategies",
    "kombu",
    "psycopg",
    "pydantic",
    "redis",
    "requests",
    "structlog",
    "typer",
    "websockets",
)
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
TIMEOUT_SECONDS = 600.0
"""A run that takes longer has noticed: the change made something wait for ever."""
LOOK_SECONDS = 0.02
TIMED_OUT = 124
PRINTED = 2000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of pytest: 0 when all tests passed, and the end of what it printed."""

    code: int
    printed: str


PASSED = Run(0, "")


@contextmanager
def running_server(checkout: Path) -> Iterator[Callable[[Sequence[str]], Run]]:
    """Gives what runs the tests of these paths of a checkout, until one fails."""
    with subprocess.Popen(
        [sys.executable, "-P", __file__],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answered = process.stdin, process.stdout

        def run(paths: Sequence[str]) -> Run:
            print(json.dumps(paths), file=asked, flush=True)
            return Run(*json.loads(answered.readline()))

        yield run
        asked.close()


def _run(paths: Sequence[str]) -> Run:
    """Run them in a fork."""
    with tempfile.NamedTemporaryFile() as output:
        child = os.fork()
        if child == 0:
            _become_pytest(paths, output.fileno())
        code = _await(child)
        return Run(code, Path(output.name).read_text(errors="replace")[-PRINTED:])


def _become_pytest(paths: Sequence[str], output: int) -> None:
    """In a session of its own, so that all that the tests start ends with it."""
    os.setsid()
    os.dup2(output, sys.stdout.fileno())
    os.dup2(output, sys.stderr.fileno())
    code = int(pytest.main([*OPTIONS, *paths]))
    sys.stdout.flush()
    os._exit(code)


def _await(child: int) -> int:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(LOOK_SECONDS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMED_OUT


def _serve() -> None:
    """Until there is no other line."""
    sys.dont_write_bytecode = True
    for library in LIBRARIES:
        importlib.import_module(library)
    for line in sys.stdin:
        done = _run(json.loads(line))
        print(json.dumps([done.code, done.printed]), flush=True)


if __name__ == "__main__":
    _serve()
