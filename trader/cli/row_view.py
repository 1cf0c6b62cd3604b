"""Plans as a list."""

from collections.abc import Iterable

from rich.table import Table

from trader.strands.strand import Json, LifecycleRow

STYLES = {"done": "dim", "track": "green", "place": "yellow", "analyze": "cyan"}


def table(rows: Iterable[LifecycleRow]) -> Table:
    """One line a plan."""
    view = Table(box=None, pad_edge=False)
    for column in ("lifecycle", "plan", "symbol", "direction", "stage", "outcome", "since"):
        view.add_column(column, no_wrap=True)
    for row in rows:
        view.add_row(
            row.lifecycle_id,
            row.plan_id or "-",
            row.symbol or "-",
            row.direction or "-",
            row.stage,
            row.outcome or "-",
            row.updated_at.strftime("%H:%M:%S"),
            style=STYLES.get(row.stage, ""),
        )
    return view


def row_as_json(row: LifecycleRow) -> dict[str, Json]:
    """The row's fields; times in ISO 8601."""
    return {
        "lifecycle_id": row.lifecycle_id,
        "plan_id": row.plan_id,
        "symbol": row.symbol,
        "direction": row.direction,
        "stage": row.stage,
        "outcome": row.outcome,
        "venue": row.venue,
        "seq": row.seq,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }
