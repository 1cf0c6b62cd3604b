"""What a Supabase project is to the Trader, on this machine: a database behind PostgREST."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support import postgrest_binary
from tests.support.postgres_server import PASSWORD, PostgresServer
from tests.support.postgrest_server import (
    Configuration,
    PostgrestServer,
    role_key,
    running_postgrest,
)

LOGIN = "authenticator"
# Nobody may delete strands: the triggers that see to it must rest. (TRUNCATE waits for the disk.)
_EMPTY = """
    set synchronous_commit = off;
    set session_replication_role = replica;
    delete from ad_strands;
    delete from ad_strands_archive;
    delete from lifecycles;
    delete from plan_inbox;
    delete from strand_arrivals;
"""


@dataclass(frozen=True, slots=True)
class SupabaseProject:
    """A project with its parts; `key` is its secret key."""

    postgres: PostgresServer
    database: str
    rest: PostgrestServer
    key: SecretStr

    def empty(self) -> None:
        """Remove every row: much faster than another database and another PostgREST."""
        self.postgres.execute(_EMPTY, self.database)


@contextmanager
def supabase_project(
    postgres: PostgresServer,
    database: str,
    folder: Path,
    max_rows: int | None = None,
    password: str = PASSWORD,
) -> Iterator[SupabaseProject]:
    """A project on this database, while the context lasts. See `require_postgrest`."""
    configuration = Configuration(postgres.url(database, LOGIN, password), max_rows)
    with running_postgrest(configuration, folder / "postgrest.log") as rest:
        yield SupabaseProject(postgres, database, rest, SecretStr(role_key("service_role")))


def require_postgrest() -> None:
    """Skip the test where there is no PostgREST; where CI is set it fails."""
    try:
        postgrest_binary.find()
    except postgrest_binary.NotInstalled as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
