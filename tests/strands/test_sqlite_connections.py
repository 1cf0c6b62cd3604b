"""Connections are reused, one to a thread, and none of them reaches a child process."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from trader.strands.sqlite_connections import ConnectionPool

PATIENCE_SECONDS = 30
INSERT = "INSERT INTO numbers VALUES (1)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def pool(path: Path) -> Iterator[ConnectionPool]:
    opened = ConnectionPool(path, timedelta(seconds=1))
    with opened.connection() as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER)")
    yield opened
    opened.close()


def count(pool: ConnectionPool) -> int:
    with pool.connection() as connection:
        return int(connection.execute("SELECT count(*) FROM numbers").fetchone()[0])


def open_files(path: Path) -> int:
    """How many files of the database this process has open."""
    descriptors = Path("/proc/self/fd").iterdir()
    names = [os.readlink(each) for each in descriptors if each.is_symlink()]
    return sum(name.startswith(str(path)) for name in names)


def test_a_connection_is_reused(pool: ConnectionPool) -> None:
    with pool.connection() as first:
        pass
    with pool.connection() as second:
        assert second is first


def test_two_users_have_two_connections(pool: ConnectionPool) -> None:
    with pool.connection() as one, pool.connection() as two:
        assert one is not two


def test_a_transaction_that_raises_is_undone(pool: ConnectionPool) -> None:
    def insert_and_stop() -> None:
        with pool.transaction() as connection:
            connection.execute(INSERT)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        insert_and_stop()
    assert count(pool) == 0
    with pool.transaction() as connection:
        connection.execute(INSERT)
    assert count(pool) == 1


def test_close_releases_the_files(pool: ConnectionPool, path: Path) -> None:
    assert open_files(path) > 0
    pool.close()
    assert open_files(path) == 0


def check_child(pool: ConnectionPool, path: Path) -> None:
    assert open_files(path) == 0
    assert count(pool) == 0
    assert open_files(path) > 0


def test_a_child_inherits_no_connection(pool: ConnectionPool, path: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=check_child, args=(pool, path))
    child.start()
    child.join(PATIENCE_SECONDS)
    assert child.exitcode == 0
    assert count(pool) == 0


def test_a_fork_waits_for_the_transaction_of_another_thread(
    pool: ConnectionPool, path: Path
) -> None:
    inside, leave = threading.Event(), threading.Event()
    order: list[str] = []

    def write() -> None:
        with pool.transaction() as connection:
            connection.execute(INSERT)
            inside.set()
            assert leave.wait(PATIENCE_SECONDS)
            order.append("written")

    def fork() -> None:
        child = multiprocessing.get_context("fork").Process(target=open_files, args=(path,))
        child.start()
        order.append("forked")
        child.join(PATIENCE_SECONDS)

    writer, forker = threading.Thread(target=write), threading.Thread(target=fork)
    writer.start()
    assert inside.wait(PATIENCE_SECONDS)
    forker.start()
    forker.join(0.05)
    assert order == []
    leave.set()
    writer.join(PATIENCE_SECONDS)
    forker.join(PATIENCE_SECONDS)
    assert order == ["written", "forked"]
    assert count(pool) == 1
