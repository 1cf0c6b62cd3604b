"""PostgreSQL connections of this process: for many threads, checked, and never across a fork."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeAlias
from weakref import WeakSet

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from trader.strands.lost_replies import ReplyLost
from trader.strands.postgres_address import PostgresAddress
from trader.strands.postgres_errors import failed_statement, refused_connection
from trader.strands.store import StoreUnavailable

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

STATEMENT_SECONDS = 10
_WAIT_SECONDS = 3.0
_MAX_CONNECTIONS = 50
_OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "prepare_threshold": None,  # a pooler may give each statement another server process
}


class PostgresConnections:
    """Connections to one database, each for one thread at a time.

    They are made when they are first needed. A connection that a server's restart has ended is
    found out before it is used. A child process begins with none, and leaves those of its parent
    alone: both would read the same answers.
    """

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._lock = Lock()
        self._pool: ConnectionPool[Connection] | None = None
        _all.add(self)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in autocommit mode for the caller alone, until the block ends.

        Raises StoreUnavailable, Misconfigured; ReplyLost when the connection breaks in the block;
        and for a failed statement what `failed_statement` makes of it.
        """
        pool, connection = self._take()
        try:
            with _translated(connection, self._address.name):
                yield connection
        finally:
            pool.putconn(connection)

    def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def abandon(self) -> None:
        """Begin anew in a child process, and keep the parent's connections open for it."""
        if self._pool is not None:
            _of_parents.append(self._pool)
        self._lock, self._pool = Lock(), None

    def _opened(self) -> ConnectionPool[Connection]:
        with self._lock:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._address.conninfo,
                    kwargs=_OPTIONS,
                    configure=_configure,
                    min_size=0,
                    max_size=_MAX_CONNECTIONS,
                    timeout=_WAIT_SECONDS,
                    reconnect_timeout=_WAIT_SECONDS,
                    open=True,
                )
            return self._pool

    def _take(self) -> tuple[ConnectionPool[Connection], Connection]:
        for _ in range(_MAX_CONNECTIONS + 1):  # all that there may be of dead ones, and a new one
            pool = self._opened()
            try:
                connection = pool.getconn()
            except PoolClosed:  # another thread closed the store
                continue
            except PoolTimeout:
                raise self._reason() from None
            if _is_alive(connection):
                return pool, connection
            connection.close()
            pool.putconn(connection)
        raise StoreUnavailable(f"{self._address.name} ends every connection at once: try again")

    def _reason(self) -> StoreUnavailable:
        """Why the pool has no connection: it connects in the background, and keeps that quiet."""
        with direct_connection(self._address):
            return StoreUnavailable(
                f"{self._address.name} gave no connection within {_WAIT_SECONDS:g} s: try again"
            )


@contextmanager
def direct_connection(address: PostgresAddress) -> Iterator[Connection]:
    """One connection, made now and closed at the end. Raises as `connection` does, at once."""
    try:
        connection: Connection = psycopg.connect(address.conninfo, **_OPTIONS)
    except psycopg.Error as error:
        raise refused_connection(error, address.name) from error
    with connection, _translated(connection, address.name):
        yield connection


@contextmanager
def _translated(connection: Connection, store: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if connection.broken:
            raise ReplyLost(f"{store} broke the connection before it answered ({error})") from error
        meaning = failed_statement(error, store)
        if meaning is None:
            raise
        raise meaning from error


def _configure(connection: Connection) -> None:
    connection.execute(f"set statement_timeout = '{STATEMENT_SECONDS}s'".encode())


def _is_alive(connection: Connection) -> bool:
    """Nothing comes on an idle connection but its end, or, seldom, news that we can read over."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        return True
    try:
        connection.execute(b"")
    except psycopg.OperationalError:
        return False
    return True


_all: WeakSet[PostgresConnections] = WeakSet()
_of_parents: list[ConnectionPool[Connection]] = []


def _abandon_all() -> None:
    for connections in list(_all):
        connections.abandon()


os.register_at_fork(after_in_child=_abandon_all)
