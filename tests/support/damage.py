"""Damage that is done to a journal behind its store's back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from trader.strands.sqlite import SqliteStore

Damage = Callable[[str, int, str], None]
"""Changes columns of one strand: of this lifecycle, with this seq, by this SQL assignment."""


@contextmanager
def damage_to(store: SqliteStore) -> Iterator[Damage]:
    """Lets the strands of this store be changed, which its schema forbids."""
    with closing(sqlite3.connect(store.path, isolation_level=None)) as outsider:
        outsider.execute("DROP TRIGGER ad_strands_no_update")

        def change(lifecycle_id: str, seq: int, assignment: str) -> None:
            where = "WHERE lifecycle_id = ? AND seq = ?"
            outsider.execute(f"UPDATE ad_strands SET {assignment} {where}", (lifecycle_id, seq))

        yield change
