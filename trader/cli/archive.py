"""`trader archive`: moves finished lifecycles out of the way."""

from datetime import timedelta
from typing import Annotated

import typer

from trader.cli.context import command_store
from trader.clock import utc_now
from trader.lifecycle.archiving import archive_finished


def archive(
    older_than: Annotated[
        float, typer.Option(min=0, metavar="DAYS", help="Only what was last updated before then.")
    ] = 30,
    batch: Annotated[
        int, typer.Option(min=1, max=2_000, help="How many lifecycles are moved at a time.")
    ] = 500,
) -> None:
    """Move the strands of plans that are done to the archive, where every command finds them.

    Workers may run meanwhile, and Ctrl-C loses nothing: what was moved is moved.
    """
    before = utc_now() - timedelta(days=older_than)
    lifecycles = strands = 0
    with command_store() as store:
        for moved in archive_finished(store, before, batch):
            lifecycles, strands = lifecycles + moved.lifecycles, strands + moved.strands
            typer.echo(f"{lifecycles} lifecycles archived, {strands} strands")
    if not lifecycles:
        typer.echo(f"nothing to archive: nothing was done before {before:%Y-%m-%d %H:%M} UTC")
