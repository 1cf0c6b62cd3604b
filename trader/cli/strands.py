"""`trader strands`: what was published, strand by strand."""

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.table import Table

from trader.cli.context import command_store
from trader.cli.screen import screen
from trader.strands.store import BEGINNING, CommittedStrand, StoreUnavailable, StrandStore
from trader.strands.strand import Json, Strand

PAGE = 500
LOOK_SECONDS = 0.5


def strands(
    lifecycle: Annotated[str | None, typer.Option(help="Only this lifecycle.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind of strand.")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="In the order of commits, and go on with new ones.")
    ] = False,
    after: Annotated[
        str, typer.Option(help="With --follow: go on after this position, from its JSON.")
    ] = BEGINNING,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Every strand of the table, other teams' included: oldest first, or as they are committed."""
    with command_store() as store:
        if follow:
            _follow(store, after, _Wanted(lifecycle, kind), as_json=as_json)
            return
        found = _all_strands(store, lifecycle, kind)
        if as_json:
            for strand in found:
                typer.echo(json.dumps(strand_as_json(strand)))
        else:
            screen().print(_table(found))


@dataclass(frozen=True, slots=True)
class _Wanted:
    lifecycle: str | None
    kind: str | None

    def has(self, strand: Strand) -> bool:
        is_of_lifecycle = self.lifecycle in (None, strand.lifecycle_id)
        return is_of_lifecycle and self.kind in (None, strand.kind)


def _follow(store: StrandStore, after: str, wanted: _Wanted, *, as_json: bool) -> None:
    """Until Ctrl-C; a store that does not answer is asked again."""
    # Who runs in the background of a shell has it ignored otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            after = _print_next(store, after, wanted, as_json=as_json)
    except KeyboardInterrupt:
        return


def _print_next(store: StrandStore, after: str, wanted: _Wanted, *, as_json: bool) -> str:
    try:
        page = store.committed(after, PAGE)
    except StoreUnavailable as error:
        typer.echo(f"trader: {error}", err=True)
        time.sleep(LOOK_SECONDS)
        return after
    for each in page.strands:
        if wanted.has(each.strand):
            typer.echo(_line(each, as_json=as_json))
    if not page.strands:
        time.sleep(LOOK_SECONDS)
    return page.position


def _line(committed: CommittedStrand, *, as_json: bool) -> str:
    strand = committed.strand
    if as_json:
        return json.dumps({"position": committed.position} | strand_as_json(strand))
    return "  ".join(_cells(strand))


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
        table.add_row(*_cells(strand))
    return table


def _cells(strand: Strand) -> tuple[str, ...]:
    content = strand.content
    return (
        strand.created_at.strftime("%H:%M:%S.%f")[:-3],
        strand.module,
        strand.kind,
        strand.symbol or "-",
        str(content.get("status", content.get("approval_status", "-"))),
        str(content.get("reason", "")),
    )
