"""SQLite connections for many threads, and across forks."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition, Lock
from weakref import WeakSet

from trader.strands.encoding import encode_time
from trader.strands.sqlite_errors import translated

_RETRY_SECONDS = 0.01


class ConnectionPool:
    """Idle connections to one database file; each serves one thread at a time.

    A SQLite connection must not reach a child process: the child would not hold the file locks
    that SQLite believes it holds, and another process might then remove the write-ahead log
    under it. So before this process forks, the pool waits for its threads to finish what they
    do and closes every connection; parent and child open their own when they need them.
    """

    def __init__(self, path: Path, busy_timeout: timedelta) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._idle: list[sqlite3.Connection] = []
        self._in_use = 0
        self._forking = False
        self._changed = Condition()
        _pools.add(self)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for the caller alone, until the block ends. Raises StoreUnavailable."""
        with self._changed:
            self._changed.wait_for(lambda: not self._forking)
            self._in_use += 1
            connection = self._idle.pop() if self._idle else None
        try:
            with translated(self._path):
                connection = connection or connect(self._path, self._busy_timeout)
                yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The same, as the only writer; all is undone when the block raises."""
        with self.connection() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the idle connections."""
        with self._changed:
            self._close_idle()

    def before_fork(self) -> None:
        """Let no more connections be taken, wait for those in use, and close all."""
        self._changed.acquire()
        self._forking = True
        self._changed.wait_for(lambda: self._in_use == 0)
        self._close_idle()

    def after_fork(self) -> None:
        """Let connections be taken again, in the parent and in the child."""
        self._forking = False
        self._changed.notify_all()
        self._changed.release()

    def _give_back(self, connection: sqlite3.Connection | None) -> None:
        with self._changed:
            self._in_use -= 1
            if connection is not None:
                self._keep(connection)
            self._changed.notify_all()

    def _keep(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:  # its rollback failed
            connection.close()
        else:
            self._idle.append(connection)

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()


def connect(path: Path, busy_timeout: timedelta) -> sqlite3.Connection:
    """A connection in autocommit mode whose commits survive a power cut.

    It knows the SQL function `now()`, by which other teams' INSERTs fill created_at.
    """
    connection = sqlite3.connect(
        path,
        timeout=busy_timeout.total_seconds(),
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        _use_write_ahead_log(connection, busy_timeout)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: through the drive's cache as well
    except sqlite3.Error:
        connection.close()
        raise
    connection.text_factory = _lenient_text
    connection.create_function("now", 0, _now)
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection, busy_timeout: timedelta) -> None:
    """SQLite's own busy timeout does not cover the switch of a new file to this mode."""
    deadline = time.monotonic() + busy_timeout.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)


def _lenient_text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _now() -> str:
    return encode_time(datetime.now(UTC), "now()")


_pools: WeakSet[ConnectionPool] = WeakSet()
_fork_lock = Lock()
_forking: list[ConnectionPool] = []


def _before_fork() -> None:
    _fork_lock.acquire()
    for pool in list(_pools):
        _forking.append(pool)
        pool.before_fork()


def _after_fork() -> None:
    while _forking:
        _forking.pop().after_fork()
    _fork_lock.release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
