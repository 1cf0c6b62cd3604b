"""The schema of a PostgreSQL database, brought up to date by the files of supabase/migrations.

The same files, and the same record of what was applied, as the Supabase CLI has: either of them
may apply the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psycopg

from trader.errors import Misconfigured
from trader.strands.postgres_address import PostgresAddress
from trader.strands.postgres_connections import Connection, direct_connection

LOCK_SECONDS = 10
_LOCK = 0x74726164
"""The key of the advisory lock under which one migration runs at a time, everywhere."""

_RECORD = """
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text primary key);
    alter table supabase_migrations.schema_migrations
        add column if not exists statements text[],
        add column if not exists name text;
"""
_APPLIED = "select version from supabase_migrations.schema_migrations"
_HAS_RECORD = "select to_regclass('supabase_migrations.schema_migrations') is not null"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file; `version` is the 14 digits of its name."""

    version: str
    name: str
    script: str


def migrations() -> tuple[Migration, ...]:
    """All migrations of this version, oldest first."""
    return tuple(_read(path) for path in sorted(_files(), key=lambda path: path.name))


def pending(address: PostgresAddress) -> tuple[Migration, ...]:
    """Those that the database lacks. Raises Misconfigured, StoreUnavailable."""
    with direct_connection(address) as connection:
        return _lacking(connection, migrations())


def migrate(address: PostgresAddress) -> tuple[Migration, ...]:
    """Apply those that the database lacks, each whole or not at all; returns them.

    Any number of processes may do so at once. Raises Misconfigured when the database cannot take
    one, StoreUnavailable (also when other sessions hold the table for LOCK_SECONDS).
    """
    with direct_connection(address) as connection:
        applied = tuple(each for each in migrations() if _apply(connection, each))
        # PostgREST, if there is one, learns of the new tables and functions.
        connection.execute("notify pgrst, 'reload schema'")
        return applied


def _apply(connection: Connection, migration: Migration) -> bool:
    """Whether it was still to be applied; a session that was first has done it meanwhile."""
    with connection.transaction():
        connection.execute("set local statement_timeout = 0")
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        # Whoever waits for the strands' table holds up everybody who comes after: not for long.
        connection.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'".encode())
        connection.execute(_RECORD)
        if not _lacking(connection, [migration]):
            return False
        try:
            connection.execute(migration.script.encode())
        except (psycopg.errors.RaiseException, psycopg.ProgrammingError) as error:
            raise Misconfigured(_refusal(migration, error)) from error
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name, statements) "
            "values (%s, %s, %s)",
            [migration.version, migration.name, [migration.script]],
        )
    return True


def _lacking(connection: Connection, wanted: Sequence[Migration]) -> tuple[Migration, ...]:
    ((has_record,),) = connection.execute(_HAS_RECORD).fetchall()
    applied = {version for (version,) in connection.execute(_APPLIED)} if has_record else set()
    return tuple(migration for migration in wanted if migration.version not in applied)


def _refusal(migration: Migration, error: psycopg.Error) -> str:
    hint = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
    return (
        f"the database cannot take the migration {migration.version}_{migration.name}: "
        f"{error.diag.message_primary}{hint}"
    )


def _read(path: Path) -> Migration:
    version, _, name = path.stem.partition("_")
    return Migration(version, name, path.read_text("utf-8"))


def _files() -> list[Path]:
    """In a checkout beside the package; an installation has them where pip puts data files."""
    checkout = Path(__file__).parents[2] / "supabase" / "migrations"
    found = list(checkout.glob("*.sql")) or [
        Path(str(file.locate()))
        for file in metadata.files("trader") or ()
        if file.match("share/trader/migrations/*.sql")
    ]
    if not found:
        raise Misconfigured("the files of supabase/migrations are missing: install the Trader anew")
    return found
