"""The command `trader`."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console

from trader.cli.archive import archive
from trader.cli.cancel import cancel
from trader.cli.demo import demo
from trader.cli.doctor import doctor
from trader.cli.exchange import exchange
from trader.cli.migrate import migrate
from trader.cli.plan import plan
from trader.cli.rebuild import rebuild
from trader.cli.replay import replay
from trader.cli.strands import strands
from trader.cli.stream import stream
from trader.cli.up import up
from trader.errors import Misconfigured, TraderError

FAILED = 1
MISCONFIGURED = 2

app = typer.Typer(
    help="Executes approved trading plans: sent once, tracked to the end, every step explained.",
    epilog="Settings are TRADER_* variables; commands also find the stack that `trader up` runs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (demo, up, doctor, stream, strands, cancel, migrate, archive, rebuild, replay):
    app.command()(command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(exchange)
app.add_typer(plan, name="plan")


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"trader {version('trader')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Executes approved trading plans: sent once, tracked to the end, every step explained."""


def main() -> None:
    """Run the command line; what is wrong is one line on standard error, never a traceback."""
    try:
        app()
    except Misconfigured as error:
        _complain(error)
        sys.exit(MISCONFIGURED)
    except TraderError as error:
        _complain(error)
        sys.exit(FAILED)


def _complain(error: TraderError) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"trader: {error}", style="red", markup=False)
