"""`trader migrate`: brings the database's schema up to date."""

from typing import Annotated

import typer

from trader.cli.environment import command_settings
from trader.errors import Misconfigured
from trader.strands.migrations import Migration, pending
from trader.strands.migrations import migrate as apply_migrations
from trader.strands.opening import StoreKind, kind_of
from trader.strands.postgres_address import PostgresAddress, parse_address


def migrate(
    database_url: Annotated[
        str | None,
        typer.Option(
            help="The database itself, postgresql://...: for a Supabase store, or as another user "
            "than the workers'. By default TRADER_STORE_URL."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Apply nothing; exit with 1 if something is missing.")
    ] = False,
) -> None:
    """Apply the files of supabase/migrations that a PostgreSQL or Supabase database lacks."""
    url = database_url or command_settings().store_url
    if kind_of(url) is StoreKind.SQLITE:
        typer.echo("a SQLite file brings itself up to date when it is opened: nothing to do")
        return
    address = _database(url)
    if check:
        missing = pending(address)
        _print(missing, "missing")
        raise typer.Exit(1 if missing else 0)
    _print(apply_migrations(address), "applied")


def _database(url: str) -> PostgresAddress:
    if kind_of(url) is StoreKind.SUPABASE:
        raise Misconfigured(
            "a Supabase project is migrated through its database: give --database-url with the "
            "connection string that its dashboard shows under Connect (direct or session pooler)"
        )
    return parse_address(url)


def _print(found: tuple[Migration, ...], word: str) -> None:
    for migration in found:
        typer.echo(f"{word}: {migration.version}_{migration.name}")
    if not found:
        typer.echo("the schema is up to date")
