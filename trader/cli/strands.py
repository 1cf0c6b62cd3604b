"""`trader strands`: what was published, strand by strand."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from trader.cli.context import command_store
from trader.cli.screen import screen
from trader.strands.store import StrandStore
from trader.strands.strand import Json, Strand

PAGE = 500


def strands(
    lifecycle: Annotated[str | None, typer.Option(help="Only this lifecycle.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind of strand.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Every strand of the table, oldest first, other teams' included."""
    with command_store() as store:
        found = _all_strands(store, lifecycle, kind)
        if as_json:
            for strand in found:
                typer.echo(json.dumps(strand_as_json(strand)))
        else:
            screen().print(_table(found))


def strand_as_json(strand: Strand) -> dict[str, Json]:
    """The columns that are set; times in ISO 8601."""
    columns: dict[str, Json] = {
        "id": strand.id,
        "lifecycle_id": strand.lifecycle_id,
        "seq": strand.seq,
        "module": strand.module,
        "kind": strand.kind,
        "symbol": strand.symbol,
        "timeframe": strand.timeframe,
        "session_bucket": strand.session_bucket,
        "regime": strand.regime,
        "agent_id": strand.agent_id,
        "team_member": strand.team_member,
        "parent_id": strand.parent_id,
        "position_id": strand.position_id,
        "trade_id": strand.trade_id,
        "sig_confidence": strand.sig_confidence,
        "outcome_score": strand.outcome_score,
        "tags": list(strand.tags),
        "content": dict(strand.content),
        "created_at": strand.created_at.isoformat(),
    }
    return {name: value for name, value in columns.items() if value is not None}


def _all_strands(store: StrandStore, lifecycle: str | None, kind: str | None) -> Iterator[Strand]:
    after = None
    while page := store.strands(lifecycle_id=lifecycle, kind=kind, after=after, limit=PAGE):
        yield from page
        after = (page[-1].created_at, page[-1].id)


def _table(found: Iterator[Strand]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("time", "module", "kind", "symbol", "status", "reason"):
        table.add_column(column, overflow="fold")
    for strand in found:
        content = strand.content
        table.add_row(
            strand.created_at.strftime("%H:%M:%S.%f")[:-3],
            strand.module,
            strand.kind,
            strand.symbol or "-",
            str(content.get("status", content.get("approval_status", "-"))),
            str(content.get("reason", "")),
        )
    return table
