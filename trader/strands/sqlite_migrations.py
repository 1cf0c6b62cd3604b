"""The SQLite schema, brought up to date by the numbered files in `sqlite_schema`."""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from trader.errors import Misconfigured
from trader.strands.sqlite_connections import ConnectionPool


def migrate(pool: ConnectionPool, path: Path) -> None:
    """Apply the migrations that the file lacks, all or none.

    Raises Misconfigured when a newer version wrote the file, StoreUnavailable.
    """
    migrations = _migrations()
    newest = max(migrations)
    with pool.connection() as connection:
        version = schema_version(connection)
    if version < newest:
        with pool.transaction() as connection:
            # Another process may have been first.
            for number in range(schema_version(connection) + 1, newest + 1):
                _apply(connection, number, migrations[number])
    if version > newest:
        raise Misconfigured(
            f"the store {path} has schema {version}, and this version knows {newest}: upgrade"
        )


def schema_version(connection: sqlite3.Connection) -> int:
    """The number of the last migration that was applied; 0 in a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrations() -> dict[int, str]:
    folder = files("trader.strands").joinpath("sqlite_schema")
    return {
        int(file.name[:4]): file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    for statement in _statements(script):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> Iterator[str]:
    """One by one: `executescript` would commit first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
