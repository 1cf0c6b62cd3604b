"""Every kind of store, empty, for the tests that hold them all to the protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.strands.examples import opened
from tests.support.postgres_server import PostgresServer
from tests.support.supabase_project import SupabaseProject, require_postgrest, supabase_project
from trader.strands.store import StrandStore

ADDRESSES = {"sqlite": "sqlite_url", "postgresql": "postgres_url", "supabase": "supabase_url"}
"""Each kind of store, and the fixture that gives the address of an empty one."""


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'journal.db'}"


@pytest.fixture(scope="session")
def supabase_session(
    postgres_server: PostgresServer,
    migrated_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SupabaseProject]:
    """A project for the session, with what the last test left in it."""
    require_postgrest()
    name = postgres_server.create_database(template=migrated_database)
    with supabase_project(postgres_server, name, tmp_path_factory.mktemp("supabase")) as project:
        yield project
    postgres_server.drop_database(name)


@pytest.fixture
def supabase(supabase_session: SupabaseProject) -> SupabaseProject:
    """The session's project, emptied."""
    supabase_session.empty()
    return supabase_session


@pytest.fixture
def supabase_url(supabase: SupabaseProject) -> str:
    return supabase.rest.url


@pytest.fixture(params=ADDRESSES)
def store_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(ADDRESSES[request.param])
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[StrandStore]:
    store = opened(store_url)
    yield store
    store.close()
