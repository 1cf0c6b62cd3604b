"""The journal's benchmark on a small journal: what it fills, what it measures, what it prints."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.journal.filling import Census, fill_postgres, fill_sqlite
from benchmarks.journal.pattern import Life, Pattern, patterns
from benchmarks.journal.report import Measured, as_object, lines
from tests.support.packaging import ROOT
from trader.known_streams import stream_of
from trader.lifecycle.stage import Outcome, Stage
from trader.strands.postgres import PostgresStore
from trader.strands.sqlite import SqliteStore
from trader.strands.store import StrandStore
from trader.streams.rebuild import rebuild

CENSUS = Census(size=60, waiting=6, tracked=3)


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Life, Pattern]:
    return patterns(tmp_path_factory.mktemp("patterns"))


@pytest.fixture
def sqlite(tmp_path: Path, pattern: Mapping[Life, Pattern]) -> StrandStore:
    path = tmp_path / "journal.db"
    SqliteStore(path).close()
    fill_sqlite(path, pattern, CENSUS)
    return SqliteStore(path)


@pytest.fixture
def postgresql(postgres_url: str, pattern: Mapping[Life, Pattern]) -> StrandStore:
    fill_postgres(postgres_url, pattern, CENSUS)
    return PostgresStore(postgres_url)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_filled_journal_is_one_that_the_trader_could_have_written(
    request: pytest.FixtureRequest, kind: str, pattern: Mapping[Life, Pattern]
) -> None:
    with closing(request.getfixturevalue(kind)) as store:
        rows = store.lifecycles()
        strands = store.strands(limit=CENSUS.size * 20)
        assert rebuild(store, stream_of) == CENSUS.size
        assert store.lifecycles() == rows
    stages = [(row.stage, row.outcome) for row in rows]
    assert stages.count((Stage.MONITOR, None)) == CENSUS.waiting
    assert stages.count((Stage.TRACK, None)) == CENSUS.tracked
    assert set(stages) - {(Stage.MONITOR, None), (Stage.TRACK, None)} == {
        (Stage.DONE, Outcome.CLOSED),
        (Stage.DONE, Outcome.EXPIRED),
    }
    assert len(strands) == sum(len(pattern[life].strands) for _, life in CENSUS.lives())
    assert len({trade for strand in strands if (trade := strand.trade_id)}) == sum(
        strand.trade_id is not None for strand in strands
    )


def test_the_benchmark_runs() -> None:
    measured = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.journal", "--stores", "sqlite"),
            *("--sizes", "700,1400", "--samples", "10", "--seconds", "0.1"),
            *("--writers", "1", "--json"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    sizes = json.loads(measured.stdout)["sqlite"]
    assert sizes["1400"]["journal"]["waiting"] == 140
    for figures in sizes.values():
        zero = {name for name, figure in figures["costs"].items() if figure == 0}
        assert zero <= {"mixed_1_conflicts_per_s", "unavailable_1", "heartbeat_mb"}
    assert set(sizes["700"]["growth"].values()) == {1.0}


def measured(**costs: float) -> Measured:
    return Measured({"strands": 7.0}, costs)


RESULTS = {
    "sqlite": {10: measured(a_ms=2.0, none_mb=0.0), 100: measured(a_ms=3.00004, none_mb=5.0)},
    "postgresql": {10: measured(a_ms=5.0), 100: measured(a_ms=6.0)},
}


def test_each_figure_has_its_ratios() -> None:
    found = as_object(RESULTS)
    assert found["sqlite"]["100"] == {
        "journal": {"strands": 7.0},
        "costs": {"a_ms": 3.0, "none_mb": 5.0},
        "growth": {"a_ms": 1.5},
    }
    assert found["postgresql"]["10"]["to_sqlite"] == {"a_ms": 2.5}
    assert found["postgresql"]["100"]["growth"] == {"a_ms": 1.2}
    assert found["postgresql"]["100"]["to_sqlite"] == {"a_ms": 2.0}


def test_the_table_has_a_row_for_each_figure() -> None:
    rows = [line.split() for line in lines(RESULTS)]
    assert ["sqlite", "10", "100", "growth", "to", "sqlite"] in rows
    assert ["a_ms", "2", "3", "1.5"] in rows
    assert ["a_ms", "5", "6", "1.2", "2"] in rows
