"""Where a run's journal is kept: a file, or servers that can be killed and come back."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos.scenario import Target
from chaos.verdict.resolution import Outage
from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.supabase_project import supabase_project
from trader.clock import utc_now
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
        began = utc_now()
        self._kill()
        time.sleep(DOWN_SECONDS)
        self._start()
        self._started = time.monotonic()
        self.outages.append(Outage(began, utc_now()))


@dataclass(frozen=True, slots=True)
class RunningStore:
    """What the processes have to be told of it, and what of it can be killed."""

    variables: Mapping[str, str]
    servers: Mapping[Target, StoreServer] = field(default_factory=dict)

    @property
    def outages(self) -> list[Outage]:
        """When the store was not there, because one of its servers was not."""
        return [outage for server in self.servers.values() for outage in server.outages]


@contextmanager
def running_store(kind: StoreKind, folder: Path) -> Iterator[RunningStore]:
    """An empty store that lasts as long as the context; a file stays in the folder.

    Raises NoPostgres, NotInstalled when a server that it needs is not on this machine.
    """
    with _STORES[kind](folder) as store:
        yield store


@contextmanager
def _sqlite(folder: Path) -> Iterator[RunningStore]:
    yield RunningStore({"TRADER_STORE_URL": f"sqlite:///{folder / 'trader.db'}"})


@contextmanager
def _postgresql(_folder: Path) -> Iterator[RunningStore]:
    with running_postgres() as database:
        url = database.url(_migrated(database))
        server = StoreServer(lambda: database.stop("immediate"), database.start)
        yield RunningStore({"TRADER_STORE_URL": url}, {Target.DATABASE: server})


@contextmanager
def _supabase(folder: Path) -> Iterator[RunningStore]:
    """The whole is back when PostgREST has its connections to the database again."""
    with (
        running_postgres() as database,
        supabase_project(database, _migrated(database), folder) as project,
    ):

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
        yield RunningStore(variables, servers)


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
