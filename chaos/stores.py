"""Where a run's journal is kept: a file, or servers that can be killed and come back."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos.acts.act import Target
from chaos.disk import SmallDisk, small_disk
from chaos.locks import locked_file, locked_tables
from chaos.noting import noted
from chaos.verdict.outages import Outage
from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.supabase_project import supabase_project
from trader.strands.migrations import migrate
from trader.strands.opening import StoreKind
from trader.strands.postgres_address import parse_address

DOWN_SECONDS = 1.0
"""How long a killed server is away before it is started again."""


class StoreServer:
    """One of the servers behind a store."""

    def __init__(self, kill: Callable[[], None], start: Callable[[], None]) -> None:
        self.outages: list[Outage] = []
        self._kill = kill
        self._start = start
        self._started = time.monotonic()

    def age_seconds(self) -> float:
        """How long it has been there since its start."""
        return time.monotonic() - self._started

    def kill(self) -> None:
        """Kill it, and return when it is back, and the store with it."""
        with noted(self.outages):
            self._kill()
            time.sleep(DOWN_SECONDS)
            self._start()
            self._started = time.monotonic()


@dataclass(frozen=True, slots=True)
class RunningStore:
    """What the processes have to be told of it, and what can be done to it.

    `lock` holds its lock while the context lasts. `disk` is where it is kept, when that can be
    filled. `outages` are those that have no server's end for a cause.
    """

    variables: Mapping[str, str]
    lock: Callable[[], AbstractContextManager[None]]
    servers: Mapping[Target, StoreServer] = field(default_factory=dict)
    disk: SmallDisk | None = None
    own_outages: list[Outage] = field(default_factory=list)

    @property
    def outages(self) -> list[Outage]:
        """When nothing could be written."""
        of_servers = (outage for server in self.servers.values() for outage in server.outages)
        return [*self.own_outages, *of_servers]

    @property
    def is_left(self) -> bool:
        """Whether it is still there when the run is over."""
        return not self.servers and self.disk is None

    def hold_lock(self, seconds: float) -> None:
        """Let nobody write for so long."""
        with self.lock(), noted(self.own_outages):
            time.sleep(seconds)

    def fill_disk(self, seconds: float) -> None:
        """Let there be no room for so long."""
        assert self.disk is not None
        with noted(self.own_outages):
            self.disk.fill(seconds)


@contextmanager
def running_store(kind: StoreKind, folder: Path) -> Iterator[RunningStore]:
    """An empty store that lasts as long as the context; a file stays in the folder.

    Raises NoPostgres, NotInstalled when a server that it needs is not on this machine.
    """
    with _STORES[kind](folder) as store:
        yield store


@contextmanager
def _sqlite(folder: Path) -> Iterator[RunningStore]:
    with small_disk(folder / "journal") as disk:
        file = folder.resolve() / "journal" / "trader.db"
        variables = {"TRADER_STORE_URL": f"sqlite:///{file}"}
        yield RunningStore(variables, lambda: locked_file(file), disk=disk)


@contextmanager
def _postgresql(_folder: Path) -> Iterator[RunningStore]:
    with running_postgres() as database:
        url = database.url(_migrated(database))
        server = StoreServer(lambda: database.stop("immediate"), database.start)
        servers = {Target.DATABASE: server}
        yield RunningStore({"TRADER_STORE_URL": url}, lambda: locked_tables(url), servers)


@contextmanager
def _supabase(folder: Path) -> Iterator[RunningStore]:
    """The whole is back when PostgREST has its connections to the database again."""
    with (
        running_postgres() as database,
        supabase_project(database, _migrated(database), folder) as project,
    ):
        url = database.url(project.database)

        def start_database() -> None:
            database.start()
            project.rest.await_ready()

        variables = {
            "TRADER_STORE_URL": project.rest.url,
            "TRADER_SUPABASE_KEY": project.key.get_secret_value(),
        }
        servers = {
            Target.DATABASE: StoreServer(lambda: database.stop("immediate"), start_database),
            Target.POSTGREST: StoreServer(project.rest.kill, project.rest.start),
        }
        yield RunningStore(variables, lambda: locked_tables(url), servers)


def _migrated(database: PostgresServer) -> str:
    """The name of a new database with our schema."""
    name = database.create_database()
    migrate(parse_address(database.url(name)))
    return name


_STORES: Mapping[StoreKind, Callable[[Path], AbstractContextManager[RunningStore]]] = {
    StoreKind.SQLITE: _sqlite,
    StoreKind.POSTGRESQL: _postgresql,
    StoreKind.SUPABASE: _supabase,
}
