"""`trader archive`, and the commands that read what it moved."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.cli.main import app
from trader.clock import utc_now
from trader.lifecycle.projection import project
from trader.performance.analyzer import PerformanceAnalyzer
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADER_STORE_URL", f"sqlite:///{tmp_path / 'journal.db'}")
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def write(store: SqliteStore, name: str, *, is_old: bool = True) -> LifecycleBuilder:
    """A plan that closed, long ago or now."""
    builder = LifecycleBuilder(a_plan(plan_id=name), name)
    if not is_old:
        builder.wait(utc_now() - builder.now)
    builder.entered().left("31000")
    builder.event(PerformanceAnalyzer().analyze(builder.lifecycle))
    store.append(Append(name, NEW, builder.strands, project(builder.lifecycle)))
    return builder


def test_it_tells_what_it_moved(store: SqliteStore) -> None:
    count = sum(len(write(store, name).strands) for name in "ab")
    recent = write(store, "c", is_old=False).strands
    first, last = run("archive", "--batch", "1").stdout.splitlines()
    assert first == f"1 lifecycles archived, {count // 2} strands"
    assert last == f"2 lifecycles archived, {count} strands"
    assert store.strands() == recent
    assert run("archive").stdout.startswith("nothing to archive: nothing was done before 20")


def test_age_is_counted_in_days(store: SqliteStore) -> None:
    recent = write(store, "c", is_old=False).strands
    run("archive", "--older-than", "0.5")
    assert store.strands() == recent


@pytest.mark.parametrize("option", [("--older-than", "-1"), ("--batch", "0")])
@pytest.mark.usefixtures("store")
def test_nonsense_is_refused(option: tuple[str, str]) -> None:
    assert run("archive", *option).exit_code == 2


def test_archived_plans_are_shown_replayed_and_rebuilt_as_before(store: SqliteStore) -> None:
    write(store, "a")
    commands = (
        ("plan", "show", "a"),
        ("plan", "show", "a", "--json"),
        ("plan", "list", "--json"),
        ("strands", "--lifecycle", "a", "--json"),
        ("replay", "a"),
        ("rebuild",),
        ("plan", "list", "--json"),
    )
    before = [run(*command) for command in commands]
    assert json.loads(before[1].stdout)["outcome"] == "closed"
    run("archive")
    assert store.strands() == ()
    after = [run(*command) for command in commands]
    assert [(found.exit_code, found.stdout) for found in after] == [
        (found.exit_code, found.stdout) for found in before
    ]
