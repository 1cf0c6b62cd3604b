"""One module under mutation, by Cosmic Ray, in a copy of the checkout."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult

from mutation.operators import EXCLUDED

TIMEOUT_SECONDS = 600.0
"""A test run that takes longer has noticed: the change made something wait for ever."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that no test notices. `before` and `after` are the changed line."""

    module: str
    operator: str
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
    """The tests fail without any change, or a change could not be made."""


def run_session(module: str, checkout: Path) -> Session:
    """Make each change in this copy of the checkout, one at a time, and run the tests for it."""
    command = _test_command(module, checkout)
    _require_green(command, checkout)
    config, database = checkout / "mutation.toml", checkout / "mutation.sqlite"
    config.write_text(_configuration(module, command), encoding="utf-8")
    database.unlink(missing_ok=True)
    for step in (
        ["cosmic_ray.cli", "init", str(config), str(database)],
        ["cosmic_ray.tools.filters.operators_filter", str(database), str(config)],
        ["cosmic_ray.cli", "exec", str(config), str(database)],
    ):
        subprocess.run([sys.executable, "-m", *step], cwd=checkout, check=True)
    with use_db(str(database), WorkDB.Mode.open) as results:
        return _read(module, results)


def _test_command(module: str, checkout: Path) -> str:
    """The tests of the module's mirror first, then those of its folder, until one fails."""
    _, *folders, name = Path(module).parts
    folder = Path("tests", *folders)
    mirror = folder / f"test_{name}"
    paths = [mirror, folder] if (checkout / mirror).exists() else [folder]
    options = ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    return shlex.join([sys.executable, *options, *map(str, paths)])


def _require_green(command: str, checkout: Path) -> None:
    run = subprocess.run(shlex.split(command), cwd=checkout, capture_output=True, text=True)
    if run.returncode != 0:
        raise BrokenSession(f"the tests fail as they are: {command}\n{run.stdout[-2000:]}")


def _configuration(module: str, command: str) -> str:
    """Texts and lists of texts are written in TOML as they are in JSON."""
    return f"""
[cosmic-ray]
module-path = {json.dumps(module)}
timeout = {TIMEOUT_SECONDS}
excluded-modules = []
test-command = {json.dumps(command)}

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = {json.dumps(EXCLUDED)}
"""


def _read(module: str, results: WorkDB) -> Session:
    completed = [
        (item, result)
        for item, result in results.completed_work_items
        if result.worker_outcome is not WorkerOutcome.SKIPPED
    ]
    return Session(module, len(completed), tuple(_survivors(module, completed)))


def _survivors(module: str, completed: list[tuple[WorkItem, WorkResult]]) -> Iterator[Survivor]:
    for item, result in completed:
        if result.test_outcome is TestOutcome.KILLED:
            continue
        if result.test_outcome is not TestOutcome.SURVIVED:
            raise BrokenSession(f"a change of {module} could not be made: {result.output}")
        (mutation,) = item.mutations
        removed, added = _changed_lines(result.diff)
        yield Survivor(module, mutation.operator_name, mutation.start_pos[0], removed, added)


def _changed_lines(diff: str) -> tuple[str, str]:
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    removed = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    added = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return removed, added
