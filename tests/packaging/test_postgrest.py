"""What docker-compose.yml's profile `supabase` stands on, and the binary that tests stand on."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support import postgrest_binary
from tests.support.packaging import ROOT
from tests.support.postgres_server import PostgresServer, find_binaries, running_postgres
from tests.support.supabase_project import require_postgrest, supabase_project
from trader.strands.migrations import migrate
from trader.strands.postgres_address import parse_address
from trader.strands.supabase import open_supabase

LOGIN = ROOT / "docker" / "postgrest_login.sql"
PASSWORD = "it's a 'quoted' one"


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A server without the roles of Supabase, as the image's is before its first start."""
    with running_postgres(is_durable=False) as server:
        server.execute("drop role authenticator, anon, authenticated, service_role")
        yield server


def make_roles(server: PostgresServer, password: str) -> None:
    """Run the file as the image does, which hands it the environment."""
    subprocess.run(
        [find_binaries() / "psql", "-v", "ON_ERROR_STOP=1", "-f", LOGIN, server.url("postgres")],
        env={**os.environ, "POSTGREST_PASSWORD": password},
        capture_output=True,
        check=True,
    )


def test_postgrest_logs_in_and_serves_the_trader(postgres: PostgresServer, tmp_path: Path) -> None:
    require_postgrest()
    make_roles(postgres, PASSWORD)
    migrate(parse_address(postgres.url("postgres")))
    with supabase_project(postgres, "postgres", tmp_path, password=PASSWORD) as project:
        store = open_supabase(project.rest.url, project.key)
        assert store.strands() == ()
        store.close()


def test_without_a_password_nobody_logs_in(postgres: PostgresServer) -> None:
    make_roles(postgres, "")
    for password in ("", PASSWORD):
        with pytest.raises(psycopg.OperationalError, match=r"password"):
            psycopg.connect(postgres.url("postgres", "authenticator", password))


def test_another_binary_than_the_pinned_one_is_removed(tmp_path: Path) -> None:
    binary = tmp_path / "postgrest"
    binary.write_bytes(b"something else")
    with pytest.raises(postgrest_binary.NotInstalled, match="has the checksum"):
        postgrest_binary.verify(binary)
    assert not binary.exists()


def test_the_installed_binary_is_the_pinned_one() -> None:
    if not postgrest_binary.INSTALLED.is_file():
        require_postgrest()
        pytest.skip("POSTGREST_BIN names another one")
    postgrest_binary.verify(postgrest_binary.INSTALLED)
