"""Every plan of a journal is decided again, and only plans are."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chaos.verdict.judge import Crime
from chaos.verdict.replays import Replays, replay_all
from tests.chaos.verdict.test_false_alarms import write_account
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.projection import project
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(tmp_path / "trader.db")) as opened:
        yield opened


def a_plan_called(name: str) -> LifecycleBuilder:
    return LifecycleBuilder(a_plan(plan_id=name), name)


def write(store: SqliteStore, builder: LifecycleBuilder) -> None:
    store.append(Append(builder.lifecycle_id, NEW, builder.strands, project(builder.lifecycle)))


def test_a_decision_that_comes_out_differently_is_found(store: SqliteStore) -> None:
    write(store, a_plan_called("decided otherwise").accepted().triggered())
    write(store, a_plan_called("undecided").accepted())
    replays = replay_all(store)
    assert replays.count == 2
    (found,) = replays.findings
    assert (found.crime, found.subject) == (Crime.REPLAY, "decided otherwise")
    assert found.text.startswith("seq 1, entry_triggered: recorded {")


def test_an_account_decides_nothing(store: SqliteStore) -> None:
    write_account(store)
    assert replay_all(store) == Replays(0, ())
