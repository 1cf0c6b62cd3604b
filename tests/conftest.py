"""Real parts for every test: a broker and a local exchange, each a process of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.real_processes import RealExchange, real_exchange
from tests.venues.scripted_venue import ScriptedVenue
from trader.processes.broker import running_broker
from trader.settings import PREFIX
from trader.strands.migrations import migrate
from trader.strands.postgres_address import parse_address

SYSTEM_SERVER = os.environ.get("TEST_REDIS_SERVER")
"""The Redis or Valkey server to test on, instead of the embedded one."""


def pytest_report_header() -> str:
    return f"broker: {SYSTEM_SERVER or 'embedded'}"


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """Tests see the settings they make, not those of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real broker: the embedded one, or the server that TEST_REDIS_SERVER names."""
    executable = Path(SYSTEM_SERVER) if SYSTEM_SERVER else None
    with running_broker(tmp_path_factory.mktemp("broker"), executable=executable) as url:
        yield url


@pytest.fixture
def empty_broker_url(broker_url: str) -> str:
    """The session's broker, emptied."""
    with redis.Redis.from_url(broker_url) as client:
        client.flushall()
    return broker_url


@pytest.fixture
def exchange_process(tmp_path: Path) -> Iterator[RealExchange]:
    """A local exchange of this test's own, its market standing still."""
    with real_exchange(tmp_path / "exchange", "--seed", "1", "--frozen") as exchange:
        yield exchange


@pytest.fixture
def scripted_venue() -> Iterator[ScriptedVenue]:
    """A server that behaves as told."""
    venue = ScriptedVenue()
    yield venue
    venue.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL for the session; a test that stops or changes it runs one of its own."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_database(postgres_server: PostgresServer) -> str:
    """The name of a database with our schema, to make copies of."""
    name = postgres_server.create_database()
    migrate(parse_address(postgres_server.url(name)))
    return name


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, migrated_database: str) -> Iterator[str]:
    """The address of an empty database with our schema, for this test alone."""
    name = postgres_server.create_database(template=migrated_database)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
