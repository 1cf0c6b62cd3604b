"""Keeps a journal whose servers end with the run, as a file that `trader plan show` reads."""

from contextlib import closing
from pathlib import Path

from trader.lifecycle.paging import rows_in
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append, StrandStore


def copy_journal(store: StrandStore, path: Path) -> None:
    """Every lifecycle with its strands; those that other teams wrote are not copied."""
    with closing(SqliteStore(path)) as copy:
        for row in rows_in(store, stage=None):
            copy.append(Append(row.lifecycle_id, NEW, store.load(row.lifecycle_id), row))
