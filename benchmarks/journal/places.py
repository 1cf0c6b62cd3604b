"""Empty stores of each kind to measure in: files and servers of their own, gone afterwards."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import psycopg

from benchmarks.journal.filling import Census, fill_postgres, fill_sqlite
from benchmarks.journal.pattern import Life, Pattern
from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.supabase_project import supabase_project
from trader.strands.migrations import migrate
from trader.strands.opening import StoreKind
from trader.strands.postgres_address import parse_address
from trader.strands.sqlite import SqliteStore

Fill: TypeAlias = Callable[[Mapping[Life, Pattern], Census], None]

_SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
"""Beyond PostgreSQL's own defaults; a server of this size has more."""


@dataclass(frozen=True, slots=True)
class Place:
    """An empty store: its settings, how it is filled, and how many bytes it takes."""

    environment: Mapping[str, str] = field(repr=False)
    fill: Fill
    bytes_taken: Callable[[], int]


Opener: TypeAlias = Callable[[], AbstractContextManager[Place]]
"""Gives one empty store after the other."""


@contextmanager
def places_of(kind: StoreKind, folder: Path) -> Iterator[Opener]:
    """Stores of this kind, while the context lasts. The folder is for their files."""
    if kind is StoreKind.SQLITE:
        yield lambda: _sqlite(folder)
        return
    with running_postgres() as server:
        for name, value in _SERVER.items():
            server.execute(f"alter system set {name} = '{value}'")
        server.restart()
        if kind is StoreKind.POSTGRESQL:
            yield lambda: _postgres(server)
        else:
            yield lambda: _supabase(server, folder)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Place]:
    path = folder / "journal.db"
    SqliteStore(path).close()
    yield Place(
        environment={"TRADER_STORE_URL": f"sqlite:///{path}"},
        fill=lambda patterns, census: fill_sqlite(path, patterns, census),
        bytes_taken=lambda: path.stat().st_size,
    )
    for file in folder.glob(f"{path.name}*"):
        file.unlink()


@contextmanager
def _postgres(server: PostgresServer) -> Iterator[Place]:
    name = server.create_database()
    url = server.url(name)
    migrate(parse_address(url))

    def fill(patterns: Mapping[Life, Pattern], census: Census) -> None:
        with _careless(server):
            fill_postgres(url, patterns, census)

    yield Place({"TRADER_STORE_URL": url}, fill, lambda: _database_size(url))
    server.drop_database(name)


@contextmanager
def _supabase(server: PostgresServer, folder: Path) -> Iterator[Place]:
    with _postgres(server) as place:
        name = place.environment["TRADER_STORE_URL"].rpartition("/")[2]
        with supabase_project(server, name, folder) as project:
            environment = {
                "TRADER_STORE_URL": project.rest.url,
                "TRADER_SUPABASE_KEY": project.key.get_secret_value(),
            }
            yield Place(environment, place.fill, place.bytes_taken)


@contextmanager
def _careless(server: PostgresServer) -> Iterator[None]:
    """Commits do not wait for the disk; all is there at the end."""
    server.execute("alter system set fsync = off")
    server.execute("select pg_reload_conf()")
    yield
    server.execute("checkpoint")
    os.sync()
    server.execute("alter system set fsync = on")
    server.execute("select pg_reload_conf()")


def _database_size(url: str) -> int:
    with psycopg.connect(url) as connection:
        ((size,),) = connection.execute("select pg_database_size(current_database())").fetchall()
    return int(size)
