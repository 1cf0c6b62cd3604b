"""`trader exchange`: the local exchange alone."""

import os
import sys
from typing import Annotated

import typer

from trader.processes.commands import local_exchange
from trader.processes.local_venue import PORT


def exchange(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any free port.")] = PORT,
    seed: Annotated[int, typer.Option(help="The random market's seed.")] = 1,
) -> None:
    """Run an exchange on this machine that speaks Hyperliquid's wire protocol, until Ctrl-C.

    Further options, for its data, market and faults, are those of `python -m local_exchange`.
    """
    arguments = local_exchange(port, ("--seed", str(seed), *context.args)).arguments
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *arguments[1:]])
