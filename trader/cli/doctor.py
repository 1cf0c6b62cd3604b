"""`trader doctor`: what is wrong, and what to do."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from trader.cli.environment import command_environment
from trader.health.examination import examine
from trader.health.finding import Finding, Verdict

STYLES = {Verdict.OK: "green", Verdict.WRONG: "bold red", Verdict.UNKNOWN: "yellow"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at settings, broker, store, venue, clock, key, account, budget and stream.

    Exits with 1 if one is wrong.
    """
    findings = examine(command_environment())
    healthy = all(finding.verdict is Verdict.OK for finding in findings)
    if as_json:
        typer.echo(_json(findings, healthy))
    else:
        Console().print(findings_table(findings))
    raise typer.Exit(0 if healthy else 1)


def _json(findings: Sequence[Finding], healthy: bool) -> str:
    found = [finding.model_dump(mode="json") for finding in findings]
    return json.dumps({"healthy": healthy, "findings": found})


def findings_table(findings: Sequence[Finding]) -> Table:
    """A row a part: how it is, what was seen, and what to do."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        verdict = Text(finding.verdict, style=STYLES[finding.verdict])
        text = Text(finding.text)
        if finding.remedy:
            text.append(f"\n-> {finding.remedy}", style="bold")
        table.add_row(Text(finding.part), verdict, text)
    return table
