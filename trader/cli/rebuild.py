"""`trader rebuild`: makes the projection anew from the strands."""

import typer

from trader.cli.context import command_store
from trader.known_streams import stream_of
from trader.streams.rebuild import rebuild as rebuild_projection


def rebuild() -> None:
    """Write every row of `lifecycles` anew from the strands. Stop the workers first."""
    with command_store() as store:
        typer.echo(f"{rebuild_projection(store, stream_of)} lifecycles rebuilt")
