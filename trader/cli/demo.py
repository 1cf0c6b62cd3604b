"""`trader demo`: see it work."""

import json
import os
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape

from trader.demo.run import DemoOptions, DemoState, run_demo
from trader.demo.screen import live_view, next_steps, summary
from trader.demo.verdict import Verdict
from trader.processes.supervisor import Event, Happening
from trader.settings import PREFIX

NOT_CLEAN = 1


def demo(
    plans: Annotated[int, typer.Option(min=1, max=1000, help="How many plans to approve.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the market and of the plans.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """Run some plans through the real pipeline on a local exchange, and judge the result."""
    verdict = _run(DemoOptions(plans, seed, _own_environment()), as_json)
    if as_json:
        typer.echo(json.dumps(verdict.as_json()))
    raise typer.Exit(0 if verdict.is_clean else NOT_CLEAN)


def _run(options: DemoOptions, quiet: bool) -> Verdict:
    console = Console(quiet=quiet)
    latest: list[DemoState] = []

    def tell(event: Event) -> None:
        if event.happening is Happening.ENDED:
            console.print(f"[yellow]{event.process}[/] {escape(event.detail)}")

    with Live(console=console, refresh_per_second=4, auto_refresh=not quiet) as screen:

        def show(state: DemoState) -> None:
            latest[:] = [state]
            screen.update(live_view(state))

        verdict = run_demo(options, show, tell)
    console.print()
    console.print(summary(verdict))
    _print_next_steps(console, latest[0])
    return verdict


def _print_next_steps(console: Console, state: DemoState) -> None:
    console.print("\nWhat to try next:")
    for purpose, command in next_steps(state.lifecycles, sys.argv[0]):
        console.print(f"  [dim]# {purpose}[/]\n  {command}", soft_wrap=True, highlight=False)


def _own_environment() -> dict[str, str]:
    """The environment without settings: the demo never touches a configured broker or venue."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
