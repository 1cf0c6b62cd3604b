"""`trader rebuild`: makes the projection anew from the strands."""

import typer

from trader.cli.context import command_store
from trader.lifecycle.rebuild import rebuild as rebuild_projection


def rebuild() -> None:
    """Write every row of `lifecycles` anew from the strands. Stop the workers first."""
    with command_store() as store:
        typer.echo(f"{rebuild_projection(store)} lifecycles rebuilt")
