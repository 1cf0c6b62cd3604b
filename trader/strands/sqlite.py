"""The journal in one SQLite file: the embedded store."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from trader.strands.decoding import by_lifecycle, decode_lifecycle, decode_strand
from trader.strands.encoding import (
    LIFECYCLE_COLUMNS,
    STRAND_COLUMNS,
    SqlValue,
    encode_append,
    encode_foreign,
    encode_lifecycle,
    encode_time,
)
from trader.strands.sqlite_archive import move_finished
from trader.strands.sqlite_connections import ConnectionPool
from trader.strands.sqlite_migrations import migrate, schema_version
from trader.strands.store import (
    BEGINNING,
    NEW,
    Append,
    Committed,
    CommittedStrand,
    SequenceConflict,
    StoreUnavailable,
)
from trader.strands.strand import LifecycleRow, Strand


def _placeholders(columns: Iterable[str]) -> str:
    return ", ".join(f":{column}" for column in columns)


# Rows are read with the time that sorts, whatever their writer put into created_at.
_STRAND_FIELDS = ", ".join(
    "s.created_at_utc" if column == "created_at" else f"s.{column}" for column in STRAND_COLUMNS
)
_LIFECYCLE_FIELDS = ", ".join(LIFECYCLE_COLUMNS)

_INSERT_STRAND = (
    f"INSERT INTO ad_strands ({', '.join(STRAND_COLUMNS)}) VALUES ({_placeholders(STRAND_COLUMNS)})"
)
_REPLACE_LIFECYCLE = (
    f"INSERT INTO lifecycles ({_LIFECYCLE_FIELDS}) VALUES ({_placeholders(LIFECYCLE_COLUMNS)}) "
    "ON CONFLICT (lifecycle_id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in LIFECYCLE_COLUMNS[1:])
)
_LAST_SEQ = (
    f"SELECT max(coalesce((SELECT max(seq) FROM ad_strands WHERE lifecycle_id = :id), {NEW}), "
    f"coalesce((SELECT max(seq) FROM ad_strands_archive WHERE lifecycle_id = :id), {NEW}))"
)
_LEAVE_INBOX = "DELETE FROM plan_inbox WHERE strand_id = :source_id"


class SqliteStore:
    """A `StrandStore` in one file, for any number of threads and processes of one machine.

    A commit is on the disk when it returns. A writer waits up to `busy_timeout` for another one
    and raises StoreUnavailable then.
    """

    def __init__(self, path: Path, busy_timeout: timedelta = timedelta(seconds=5)) -> None:
        self.path = path
        self.connections = ConnectionPool(path, busy_timeout)
        migrate(self.connections, path)

    def append(self, *appends: Append) -> None:
        """See `StrandStore.append`."""
        encoded = [
            (each, *encode_append(each.lifecycle_id, each.expected_seq, each.strands, each.row))
            for each in appends
        ]
        with self.connections.transaction() as connection:
            for each, strand_values, row_values in encoded:
                _expect(connection, each.lifecycle_id, each.expected_seq)
                connection.executemany(_INSERT_STRAND, strand_values)
                connection.execute(_REPLACE_LIFECYCLE, row_values)
                if each.expected_seq == NEW:
                    connection.execute(_LEAVE_INBOX, row_values)

    def load(self, lifecycle_id: str) -> tuple[Strand, ...]:
        """See `StrandStore.load`."""
        return self._journal(
            "WHERE s.lifecycle_id = ?1 AND s.seq IS NOT NULL", "ORDER BY seq", [lifecycle_id]
        )

    def load_many(self, lifecycle_ids: Sequence[str]) -> dict[str, tuple[Strand, ...]]:
        """See `StrandStore.load_many`."""
        strands = self._journal(
            "WHERE s.lifecycle_id IN (SELECT value FROM json_each(?1)) AND s.seq IS NOT NULL",
            "ORDER BY lifecycle_id, seq",
            [json.dumps(list(lifecycle_ids))],
        )
        return by_lifecycle(strands)

    def lifecycle(self, lifecycle_id: str) -> LifecycleRow | None:
        """See `StrandStore.lifecycle`."""
        rows = self._lifecycles("WHERE lifecycle_id = ?", [lifecycle_id])
        return rows[0] if rows else None

    def lifecycles(
        self,
        *,
        stage: str | None = None,
        due_by: datetime | None = None,
        symbol: str | None = None,
        has_exposure: bool | None = None,
        direction: str | None = None,
        after: str | None = None,
        limit: int = 500,
    ) -> tuple[LifecycleRow, ...]:
        """See `StrandStore.lifecycles`."""
        due = None if due_by is None else encode_time(due_by, "due_by")
        # The plus sign keeps SQLite from reading the whole stage in the order of ids: few are due.
        after_id = "lifecycle_id > ?" if due is None else "+lifecycle_id > ?"
        filters: dict[str, SqlValue] = {
            "stage = ?": stage,
            "due_at <= ?": due,
            "symbol = ?": symbol,
            "has_exposure = ?": has_exposure,
            "direction = ?": direction,
            after_id: after,
        }
        where, values = _where(filters)
        return self._lifecycles(f"{where} ORDER BY lifecycle_id LIMIT ?", [*values, limit])

    def heads(self, stage: str) -> Mapping[str, int]:
        """See `StrandStore.heads`."""
        with self.connections.connection() as connection:
            rows = connection.execute(
                "SELECT lifecycle_id, seq FROM lifecycles WHERE stage = ? ORDER BY lifecycle_id",
                [stage],
            )
            return dict(rows)

    def insert_foreign(self, strand: Strand) -> None:
        """See `StrandStore.insert_foreign`."""
        values = encode_foreign(strand)
        with self.connections.transaction() as connection:
            connection.execute(_INSERT_STRAND, values)

    def strand(self, strand_id: str) -> Strand | None:
        """See `StrandStore.strand`."""
        strands = self._journal("WHERE s.id = ?1", "", [strand_id])
        return strands[0] if strands else None

    def plan_inbox(self, limit: int = 100) -> tuple[Strand, ...]:
        """See `StrandStore.plan_inbox`."""
        return self._strands(
            "FROM plan_inbox AS i JOIN ad_strands AS s ON s.id = i.strand_id "
            "ORDER BY i.arrival LIMIT ?",
            [limit],
        )

    def strands(
        self,
        *,
        lifecycle_id: str | None = None,
        kind: str | None = None,
        module: str | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int = 500,
    ) -> tuple[Strand, ...]:
        """See `StrandStore.strands`."""
        # The plus sign keeps SQLite from reading a whole kind when the lifecycle is given.
        of_kind = "s.kind = ?" if lifecycle_id is None else "+s.kind = ?"
        where, values = _where(
            {"s.lifecycle_id = ?": lifecycle_id, of_kind: kind, "s.module = ?": module}
        )
        if after is not None:
            where += (" AND " if where else "WHERE ") + "(s.created_at_utc, s.id) > (?, ?)"
            values += [encode_time(after[0], "after"), after[1]]
        order = "ORDER BY created_at_utc, id LIMIT ?"
        if lifecycle_id is None:
            return self._strands(f"FROM ad_strands AS s {where} {order}", [*values, limit])
        return self._journal(where, order, [*values, *values, limit])

    def committed(self, after: str = BEGINNING, limit: int = 500) -> Committed:
        """See `StrandStore.committed`."""
        arrived = self._rows(
            "SELECT position, strand_id FROM strand_arrivals WHERE position > ? "
            "ORDER BY position LIMIT ?",
            [int(after or 0), limit],
        )
        ids = json.dumps([strand_id for _, strand_id in arrived])
        found = self._journal("WHERE s.id IN (SELECT value FROM json_each(?1))", "", [ids])
        by_id = {strand.id: strand for strand in found}
        strands = tuple(
            CommittedStrand(str(position), by_id[str(strand_id)])
            for position, strand_id in arrived
            if str(strand_id) in by_id
        )
        return Committed(strands, str(arrived[-1][0]) if arrived else after)

    def trades_booked(self, trade_ids: Sequence[str]) -> frozenset[str]:
        """See `StrandStore.trades_booked`."""
        with self.connections.connection() as connection:
            rows = connection.execute(
                "SELECT value FROM json_each(?) WHERE "
                "EXISTS (SELECT 1 FROM ad_strands WHERE trade_id = value) "
                "OR EXISTS (SELECT 1 FROM ad_strands_archive WHERE trade_id = value)",
                [json.dumps(list(trade_ids))],
            )
            return frozenset(row[0] for row in rows)

    def lifecycle_ids(self, after: str | None = None, limit: int = 500) -> tuple[str, ...]:
        """See `StrandStore.lifecycle_ids`."""
        rows = self._rows(
            "SELECT lifecycle_id FROM ad_strands WHERE seq = 0 AND lifecycle_id > ?1 UNION ALL "
            "SELECT lifecycle_id FROM ad_strands_archive WHERE seq = 0 AND lifecycle_id > ?1 "
            "ORDER BY lifecycle_id LIMIT ?2",
            [after or "", limit],
        )
        return tuple(str(lifecycle_id) for (lifecycle_id,) in rows)

    def replace_lifecycles(self, rows: Sequence[LifecycleRow]) -> None:
        """See `StrandStore.replace_lifecycles`."""
        values = [encode_lifecycle(row) for row in rows]
        with self.connections.transaction() as connection:
            connection.executemany(_REPLACE_LIFECYCLE, values)

    def clear_lifecycles(self) -> None:
        """See `StrandStore.clear_lifecycles`."""
        with self.connections.transaction() as connection:
            connection.execute("DELETE FROM lifecycles")

    def archivable(
        self, before: datetime, after: str | None = None, limit: int = 500
    ) -> tuple[str, ...]:
        """See `StrandStore.archivable`."""
        rows = self._rows(
            "SELECT lifecycle_id FROM lifecycles AS l "
            "WHERE stage = 'done' AND updated_at < ? AND lifecycle_id > ? AND EXISTS "
            "(SELECT 1 FROM ad_strands WHERE lifecycle_id = l.lifecycle_id AND seq IS NOT NULL) "
            "ORDER BY lifecycle_id LIMIT ?",
            [encode_time(before, "before"), after or "", limit],
        )
        return tuple(str(lifecycle_id) for (lifecycle_id,) in rows)

    def archive(self, lifecycle_ids: Sequence[str]) -> int:
        """See `StrandStore.archive`."""
        with self.connections.transaction() as connection:
            return move_finished(connection, lifecycle_ids)

    def check(self) -> str:
        """See `StrandStore.check`."""
        if not self.path.is_file():
            raise StoreUnavailable(f"the store {self.path} is gone: restore it, and restart")
        with self.connections.connection() as connection:
            version = schema_version(connection)
        return f"SQLite {sqlite3.sqlite_version} at {self.path}, schema {version}"

    def close(self) -> None:
        """See `StrandStore.close`."""
        self.connections.close()

    def _rows(self, query: str, values: Sequence[SqlValue]) -> list[tuple[SqlValue, ...]]:
        with self.connections.connection() as connection:
            return connection.execute(query, values).fetchall()

    def _strands(self, query: str, values: Sequence[SqlValue]) -> tuple[Strand, ...]:
        rows = self._rows(f"SELECT {_STRAND_FIELDS} {query}", values)
        return tuple(decode_strand(dict(zip(STRAND_COLUMNS, row, strict=True))) for row in rows)

    def _journal(self, where: str, order: str, values: Sequence[SqlValue]) -> tuple[Strand, ...]:
        """Strands of both tables, the archived ones as well."""
        archived = f"UNION ALL SELECT {_STRAND_FIELDS} FROM ad_strands_archive AS s {where}"
        return self._strands(f"FROM ad_strands AS s {where} {archived} {order}", values)

    def _lifecycles(self, query: str, values: Sequence[SqlValue]) -> tuple[LifecycleRow, ...]:
        rows = self._rows(f"SELECT {_LIFECYCLE_FIELDS} FROM lifecycles {query}", values)
        return tuple(
            decode_lifecycle(dict(zip(LIFECYCLE_COLUMNS, row, strict=True))) for row in rows
        )


def _expect(connection: sqlite3.Connection, lifecycle_id: str, expected_seq: int) -> None:
    (found,) = connection.execute(_LAST_SEQ, {"id": lifecycle_id}).fetchone()
    if found != expected_seq:
        raise SequenceConflict(
            f"lifecycle {lifecycle_id} is at seq {found}, not {expected_seq}: "
            "another worker was first, load it again",
            lifecycle_id,
        )


def _where(filters: Mapping[str, SqlValue]) -> tuple[str, list[SqlValue]]:
    """A WHERE clause of the conditions that have a value."""
    wanted = {condition: value for condition, value in filters.items() if value is not None}
    clause = "WHERE " + " AND ".join(wanted) if wanted else ""
    return clause, list(wanted.values())
