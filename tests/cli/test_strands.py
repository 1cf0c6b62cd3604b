"""`trader strands --follow`, as somebody runs it beside a Trader."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.strands.examples import AT, foreign
from trader.processes.waiting import wait_until
from trader.strands.sqlite import SqliteStore


class Following:
    """The command in a process of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._output = folder / f"output-{len(list(folder.iterdir()))}"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trader", "strands", "--follow", *arguments],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def lines(self) -> list[str]:
        return self._output.read_text().splitlines()

    def await_lines(self, count: int) -> list[str]:
        wait_until(lambda: len(self.lines()) >= count, 30, f"prints {count} lines")
        return self.lines()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.setenv("TRADER_STORE_URL", f"sqlite:///{tmp_path / 'journal.db'}")
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()


def test_strands_are_printed_as_they_are_committed(store: SqliteStore, tmp_path: Path) -> None:
    store.insert_foreign(foreign("first", created_at=AT))
    following = Following(tmp_path, "--json")
    assert json.loads(following.await_lines(1)[0])["id"] == "first"
    store.insert_foreign(foreign("second", created_at=AT - timedelta(days=1)))
    printed = [json.loads(line) for line in following.await_lines(2)]
    assert [line["id"] for line in printed] == ["first", "second"]

    following.process.send_signal(signal.SIGINT)
    assert following.process.wait(30) == 0
    store.insert_foreign(foreign("third", created_at=AT))
    again = Following(tmp_path, "--json", "--after", printed[-1]["position"])
    assert json.loads(again.await_lines(1)[0])["id"] == "third"
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(30) == 0


def test_only_what_is_wanted_is_printed(store: SqliteStore, tmp_path: Path) -> None:
    for name, kind in (("a", "lesson"), ("b", "signal"), ("c", "lesson")):
        store.insert_foreign(foreign(name, kind=kind))
    following = Following(tmp_path, "--kind", "lesson")
    lines = following.await_lines(2)
    following.process.send_signal(signal.SIGINT)
    following.process.wait(30)
    assert len(lines) == 2
    assert all("lesson" in line for line in lines)
