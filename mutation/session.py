"""One module under mutation, in a copy of the checkout."""

import compileall
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TypeAlias

from mutation.changes import Change, changes_of
from mutation.runs import PASSED, Run, running_server

Tests: TypeAlias = Callable[[], Run]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that no test notices. `before` and `after` are the changed line."""

    module: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Session:
    """What became of the changes of one module."""

    module: str
    changes: int
    survivors: tuple[Survivor, ...]


class BrokenSession(Exception):
    """The tests fail without any change."""


def run_session(module: str, checkout: Path) -> Session:
    """Make each change in this copy of the checkout, one at a time, and run the tests for it."""
    path = checkout / module
    code = path.read_text(encoding="utf-8")
    changes = list(changes_of(code))
    with _tests_of(module, checkout) as tests:
        _require_green(module, tests())
        try:
            survivors = tuple(
                Survivor(module, change.line, change.before, change.after)
                for change in changes
                if _survives(change, path, tests)
            )
        finally:
            path.write_text(code, encoding="utf-8")
    return Session(module, len(changes), survivors)


def _survives(change: Change, path: Path, tests: Tests) -> bool:
    path.write_text(change.code, encoding="utf-8")
    return tests().code == 0


def _require_green(module: str, run: Run) -> None:
    if run.code != 0:
        raise BrokenSession(f"the tests of {module} fail as they are: {run.printed}")


@contextmanager
def _tests_of(module: str, checkout: Path) -> Iterator[Tests]:
    """Runs the tests of the module's mirror first, then those of its folder, until one fails."""
    # Sources are told by their content: two changes in one second have the same time.
    compileall.compile_dir(checkout, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    with running_server(checkout) as run:

        def tests() -> Run:
            runs = (run([path]) for path in _paths(module, checkout))
            return next((done for done in runs if done.code != 0), PASSED)

        yield tests


def _paths(module: str, checkout: Path) -> list[str]:
    _, *folders, name = Path(module).parts
    folder = Path("tests", *folders)
    mirror = folder / f"test_{name}"
    return [str(path) for path in (mirror, folder) if (checkout / path).exists()]
