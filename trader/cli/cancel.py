"""`trader cancel`: ends a plan."""

import getpass
from typing import Annotated

import typer

from trader.cli.context import command_store
from trader.clock import utc_now
from trader.lifecycle.cancellation import request_cancel
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage


def cancel(
    lifecycle_id: Annotated[str, typer.Argument(help="The plan's lifecycle id.")],
    close: Annotated[
        bool, typer.Option("--close", help="Also close an open position at market.")
    ] = False,
) -> None:
    """End a plan: drop it while it waits, cancel its working entry.

    What has traded stays under its stop and target, unless --close is given.
    """
    with command_store() as store:
        lifecycle = request_cancel(
            Journal(store),
            lifecycle_id,
            requested_by=getpass.getuser(),
            close_position=close,
            now=utc_now(),
        )
    ended = lifecycle.stage is Stage.DONE
    typer.echo("cancelled" if ended else "cancelling: the workers act at the next heartbeat")
