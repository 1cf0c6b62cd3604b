"""`trader migrate` on real databases."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.support.postgres_server import PostgresServer
from trader.cli.main import app
from trader.errors import Misconfigured
from trader.strands.migrations import migrations
from trader.strands.postgres import PostgresStore

NAMES = [f"{migration.version}_{migration.name}" for migration in migrations()]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def url(postgres_server: PostgresServer) -> str:
    """An empty database without our schema."""
    return postgres_server.url(postgres_server.create_database())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["migrate", *arguments], catch_exceptions=False)


def test_it_applies_what_is_missing_and_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADER_STORE_URL", url)
    missing = run("--check")
    assert missing.exit_code == 1
    assert missing.stdout.splitlines() == [f"missing: {name}" for name in NAMES]
    applied = run()
    assert applied.exit_code == 0
    assert applied.stdout.splitlines() == [f"applied: {name}" for name in NAMES]
    PostgresStore(url).close()
    for arguments in ([], ["--check"]):
        again = run(*arguments)
        assert again.exit_code == 0
        assert again.stdout == "the schema is up to date\n"


def test_a_supabase_project_is_migrated_through_its_database(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADER_STORE_URL", "supabase+https://project.supabase.co")
    monkeypatch.setenv("TRADER_SUPABASE_KEY", "a-key")
    with pytest.raises(Misconfigured, match="give --database-url with the connection string"):
        run()
    assert len(run("--database-url", url).stdout.splitlines()) == len(NAMES)
    PostgresStore(url).close()


def test_a_sqlite_file_needs_none() -> None:
    answer = run()
    assert answer.exit_code == 0
    assert "brings itself up to date" in answer.stdout
    assert not Path("var").exists()


def test_a_wrong_address_is_refused() -> None:
    with pytest.raises(Misconfigured, match="unknown scheme 'mysql'"):
        run("--database-url", "mysql://me:secret@host/db")
