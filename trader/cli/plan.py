"""`trader plan`: submit, list and show plans."""

import json
from collections.abc import Iterable
from typing import Annotated

import typer

from trader.cli.around import look_around
from trader.cli.context import command_store
from trader.cli.documents import read_document
from trader.cli.environment import command_settings
from trader.cli.lifecycle_view import as_json, panels
from trader.cli.row_view import row_as_json, table
from trader.cli.screen import screen
from trader.clock import utc_now
from trader.lifecycle.journal import Journal
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Stage
from trader.plans.intake import read_or_refuse
from trader.plans.plan import Plan
from trader.plans.refusal import Refusal
from trader.plans.submission import submission
from trader.reconciliation.account import is_account
from trader.strands.store import StrandStore
from trader.strands.strand import LifecycleRow

plan = typer.Typer(help="Submit, list and show plans.", no_args_is_help=True)

LifecycleId = Annotated[str, typer.Argument(help="The lifecycle id that `plan submit` printed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@plan.command()
def submit(
    file: Annotated[str, typer.Argument(help="A JSON or YAML file, or - for standard input.")],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Publish also what will be refused.")
    ] = False,
) -> None:
    """Approve a plan, as the Decision Maker does; prints its lifecycle id.

    A plan that would be refused is not published: every reason is printed, and the status is 1.
    """
    strand, around = submission(read_document(file), utc_now()), look_around(command_settings())
    refused = read_or_refuse(strand, around.instruments, strand.created_at)
    if not isinstance(refused, Plan):
        _print_refusals(refused)
        if not anyway:
            raise typer.Exit(1)
    with command_store() as store:
        store.insert_foreign(strand)
    typer.echo(strand.lifecycle_id)
    if around.nobody is not None:
        typer.echo(f"trader: {around.nobody}", err=True)


def _print_refusals(refusals: Iterable[Refusal]) -> None:
    for refusal in refusals:
        typer.echo(f"{refusal.field} {refusal.reason} (was {refusal.value})", err=True)


@plan.command("list")
def list_plans(
    stage: Annotated[Stage | None, typer.Option(help="Only plans at this stage.")] = None,
    as_json_lines: AsJson = False,
) -> None:
    """How far each plan is, oldest first."""
    with command_store() as store:
        rows = _all_rows(store, stage)
    if as_json_lines:
        for row in rows:
            typer.echo(json.dumps(row_as_json(row)))
    else:
        screen().print(table(rows))


@plan.command()
def show(lifecycle_id: LifecycleId, as_json_object: AsJson = False) -> None:
    """One plan: its stage, orders and fills, and its strands as a timeline."""
    with command_store() as store:
        lifecycle = Journal(store).load(lifecycle_id)
    if as_json_object:
        typer.echo(json.dumps(as_json(lifecycle)))
    else:
        screen().print(panels(lifecycle))


def _all_rows(store: StrandStore, stage: Stage | None) -> list[LifecycleRow]:
    plans = (row for row in rows_in(store, stage) if not is_account(row.lifecycle_id))
    return sorted(plans, key=lambda row: row.created_at)
