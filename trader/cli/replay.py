"""`trader replay`: makes a plan's decisions again from what was recorded."""

from typing import Annotated

import typer

from trader.cli.context import command_store
from trader.lifecycle.journal import UnknownLifecycle
from trader.replay.replay import projection_differs
from trader.replay.replay import replay as replay_strands

DIFFERS = 1


def replay(
    lifecycle_id: Annotated[str, typer.Argument(help="The plan's lifecycle id.")],
) -> None:
    """Make every decision of a plan again, from the facts recorded with it.

    Exit status 1 when one comes out differently, or the row in `lifecycles` is not what the
    strands add up to.
    """
    with command_store() as store:
        strands, row = store.load(lifecycle_id), store.lifecycle(lifecycle_id)
    if not strands:
        raise UnknownLifecycle(f"no lifecycle {lifecycle_id!r}; see `trader plan list`")
    divergences = replay_strands(strands)
    for divergence in divergences:
        typer.echo(f"seq {divergence.seq}\n  recorded {divergence.recorded}")
        typer.echo(f"  replayed {divergence.replayed or 'nothing'}")
    stale = projection_differs(strands, row)
    if stale:
        typer.echo("the row in `lifecycles` differs: run `trader rebuild`")
    if divergences or stale:
        raise typer.Exit(DIFFERS)
    typer.echo(f"{len(strands)} strands, every decision the same")
