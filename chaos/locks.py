"""Locks that somebody else holds on the journal."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

WAIT_SECONDS = 120.0
"""How long the lock may be held by others before."""


@contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Nobody else can write to the SQLite database meanwhile."""
    with closing(sqlite3.connect(path, WAIT_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def locked_tables(url: str) -> Iterator[None]:
    """Nobody else can read or write the journal's tables in PostgreSQL meanwhile."""
    with psycopg.connect(url) as connection:
        connection.execute("lock table ad_strands, lifecycles in access exclusive mode")
        yield
        connection.rollback()
