"""`trader stream`: the process on the venue's websocket."""

import os
import sys
from typing import Annotated

import typer

from trader.cli.environment import command_environment
from trader.health.finding import Verdict
from trader.health.stream import look_at_stream
from trader.processes.commands import stream as stream_command
from trader.processes.environments import for_command
from trader.settings import read_settings


def stream(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether one is active; exit 1 if not.")
    ] = False,
) -> None:
    """Follow prices, orders and trades on the venue's websocket until Ctrl-C; needs no key.

    Of several, on any machines, one is active and the others stand by.
    """
    environment = command_environment()
    settings = read_settings(environment)
    if check:
        finding = look_at_stream(settings)
        typer.echo(finding.text)
        raise typer.Exit(0 if finding.verdict is Verdict.OK else 1)
    command = stream_command()
    sys.stdout.flush()
    os.execve(
        sys.executable,
        [sys.executable, *command.arguments[1:]],
        for_command(environment, command.signs),
    )
