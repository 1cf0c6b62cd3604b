"""The journal in a PostgreSQL database that other teams share."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from trader.strands.decoding import by_lifecycle, decode_committed, decode_lifecycle, decode_strand
from trader.strands.encoding import (
    LIFECYCLE_COLUMNS,
    STRAND_COLUMNS,
    encode_for_function,
    encode_foreign,
    encode_lifecycle,
    encode_time,
)
from trader.strands.lost_replies import ReplyLost, write_once
from trader.strands.postgres_address import parse_address
from trader.strands.postgres_connections import Connection, PostgresConnections, direct_connection
from trader.strands.schema import require_schema
from trader.strands.store import BEGINNING, Append, Committed, StoreUnavailable
from trader.strands.strand import LifecycleRow, Strand


def _utc(column: str) -> str:
    """A time as text, whatever time zone the session has."""
    return f"""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""


def _fields(columns: Sequence[str]) -> str:
    return ", ".join(_utc(name) if name.endswith("_at") else name for name in columns)


_STRAND_FIELDS = _fields(STRAND_COLUMNS)
_LIFECYCLE_FIELDS = _fields(LIFECYCLE_COLUMNS)

# The views of supabase/migrations: the journal has the archived strands as well.
_STRANDS = "public.trader_strands"
_JOURNAL = "public.trader_journal"

_INSERT_FOREIGN = (
    f"insert into public.ad_strands ({', '.join(STRAND_COLUMNS)}) "
    f"values ({', '.join(f'%({column})s' for column in STRAND_COLUMNS)})"
)


class PostgresStore:
    """A `StrandStore` in a database that has the schema of supabase/migrations.

    Appends whose reply the network lost are settled by looking for them; see `write_once`.
    """

    def __init__(self, url: str) -> None:
        """Raises Misconfigured when the address or the schema is wrong, StoreUnavailable."""
        self._address = parse_address(url)
        with direct_connection(self._address) as connection:
            _require_our_schema(connection, self._address.name)
        self._connections = PostgresConnections(self._address)

    def append(self, *appends: Append) -> None:
        """See `StrandStore.append`."""
        if not appends:
            return
        values = json.dumps([encode_for_function(each) for each in appends], ensure_ascii=False)
        first = appends[0].strands[0]
        write_once(
            lambda: self._execute("select public.trader_append(%s::jsonb)", [values]),
            # All or nothing: one strand stands for all.
            lambda: self.strand(first.id) == first,
        )

    def load(self, lifecycle_id: str) -> tuple[Strand, ...]:
        """See `StrandStore.load`."""
        return self._strands(
            f"from {_JOURNAL} where lifecycle_id = %s and seq is not null order by seq",
            [lifecycle_id],
        )

    def load_many(self, lifecycle_ids: Sequence[str]) -> dict[str, tuple[Strand, ...]]:
        """See `StrandStore.load_many`."""
        strands = self._strands(
            f"from {_JOURNAL} where lifecycle_id = any(%s::text[]) and seq is not null "
            "order by lifecycle_id, seq",
            [list(lifecycle_ids)],
        )
        return by_lifecycle(strands)

    def lifecycle(self, lifecycle_id: str) -> LifecycleRow | None:
        """See `StrandStore.lifecycle`."""
        rows = self._lifecycles("where lifecycle_id = %s", [lifecycle_id])
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
        where, values = _where(
            {
                "stage = %s": stage,
                "due_at <= %s": None if due_by is None else encode_time(due_by, "due_by"),
                "symbol = %s": symbol,
                "has_exposure = %s": has_exposure,
                "direction = %s": direction,
                "lifecycle_id > %s": after,
            }
        )
        return self._lifecycles(f"{where} order by lifecycle_id limit %s", [*values, limit])

    def heads(self, stage: str) -> Mapping[str, int]:
        """See `StrandStore.heads`."""
        ((found,),) = self._rows("select public.trader_heads(%s)", [stage])
        return cast(dict[str, int], found)

    def insert_foreign(self, strand: Strand) -> None:
        """See `StrandStore.insert_foreign`."""
        values = encode_foreign(strand)
        write_once(
            lambda: self._execute(_INSERT_FOREIGN, values),
            lambda: self.strand(strand.id) == strand,
        )

    def strand(self, strand_id: str) -> Strand | None:
        """See `StrandStore.strand`."""
        strands = self._strands(f"from {_JOURNAL} where id = %s order by seq limit 1", [strand_id])
        return strands[0] if strands else None

    def plan_inbox(self, limit: int = 100) -> tuple[Strand, ...]:
        """See `StrandStore.plan_inbox`."""
        return self._strands("from public.trader_inbox order by arrival limit %s", [limit])

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
        where, values = _where(
            {"lifecycle_id = %s": lifecycle_id, "kind = %s": kind, "module = %s": module}
        )
        if after is not None:
            where += (" and " if where else "where ") + "(created_at, id) > (%s, %s)"
            values += [encode_time(after[0], "after"), after[1]]
        source = _STRANDS if lifecycle_id is None else _JOURNAL
        return self._strands(
            f"from {source} {where} order by created_at, id limit %s", [*values, limit]
        )

    def committed(self, after: str = BEGINNING, limit: int = 500) -> Committed:
        """See `StrandStore.committed`."""
        ((found,),) = self._rows("select public.trader_committed(%s, %s)", [after, limit])
        return decode_committed(found)

    def trades_booked(self, trade_ids: Sequence[str]) -> frozenset[str]:
        """See `StrandStore.trades_booked`."""
        rows = self._rows("select public.trader_trades_booked(%s::text[])", [list(trade_ids)])
        return frozenset(trade_id for (trade_id,) in rows)

    def lifecycle_ids(self, after: str | None = None, limit: int = 500) -> tuple[str, ...]:
        """See `StrandStore.lifecycle_ids`."""
        rows = self._rows(
            f"select lifecycle_id from {_JOURNAL} where seq = 0 and lifecycle_id > %s "
            "order by lifecycle_id limit %s",
            [after or "", limit],
        )
        return tuple(lifecycle_id for (lifecycle_id,) in rows)

    def replace_lifecycles(self, rows: Sequence[LifecycleRow]) -> None:
        """See `StrandStore.replace_lifecycles`."""
        values = json.dumps([encode_lifecycle(row) for row in rows], ensure_ascii=False)
        self._rows("select public.trader_replace_lifecycles(%s::jsonb)", [values])

    def clear_lifecycles(self) -> None:
        """See `StrandStore.clear_lifecycles`."""
        with self._connections.connection() as connection, connection.transaction():
            connection.execute("set local statement_timeout = 0")  # a large table takes its time
            connection.execute("select public.trader_clear_lifecycles()")

    def archivable(
        self, before: datetime, after: str | None = None, limit: int = 500
    ) -> tuple[str, ...]:
        """See `StrandStore.archivable`."""
        rows = self._rows(
            "select lifecycle_id from public.trader_archivable "
            "where updated_at < %s and lifecycle_id > %s order by lifecycle_id limit %s",
            [encode_time(before, "before"), after or "", limit],
        )
        return tuple(lifecycle_id for (lifecycle_id,) in rows)

    def archive(self, lifecycle_ids: Sequence[str]) -> int:
        """See `StrandStore.archive`."""
        with self._connections.connection() as connection:
            cursor = connection.execute(
                "select public.trader_archive(%s::text[])", [list(lifecycle_ids)]
            )
            (moved,) = cursor.fetchone() or (0,)
            return int(moved)

    def check(self) -> str:
        """See `StrandStore.check`."""
        ((found,),) = self._rows("select public.trader_check()", [])
        if found["is_read_only"]:
            raise StoreUnavailable(f"{self._address.name} is read-only: name its primary server")
        return f"{self._address.name}, version {found['server']}, schema {found['schema']}"

    def close(self) -> None:
        """See `StrandStore.close`."""
        self._connections.close()

    def _execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> None:
        with self._connections.connection() as connection:
            connection.execute(statement.encode(), values)

    def _rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What may be asked again, is, when the connection broke."""
        try:
            return self._ask(query, values)
        except ReplyLost:
            return self._ask(query, values)

    def _ask(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._connections.connection() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def _strands(self, query: str, values: Sequence[Any]) -> tuple[Strand, ...]:
        rows = self._rows(f"select {_STRAND_FIELDS} {query}", values)
        return tuple(decode_strand(dict(zip(STRAND_COLUMNS, row, strict=True))) for row in rows)

    def _lifecycles(self, query: str, values: Sequence[Any]) -> tuple[LifecycleRow, ...]:
        rows = self._rows(f"select {_LIFECYCLE_FIELDS} from public.lifecycles {query}", values)
        return tuple(
            decode_lifecycle(dict(zip(LIFECYCLE_COLUMNS, row, strict=True))) for row in rows
        )


def _require_our_schema(connection: Connection, store: str) -> None:
    ((found,),) = connection.execute("select public.trader_check()").fetchall()
    require_schema(found["schema"], store)


def _where(filters: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A WHERE clause of the conditions that have a value."""
    wanted = {condition: value for condition, value in filters.items() if value is not None}
    clause = "where " + " and ".join(wanted) if wanted else ""
    return clause, list(wanted.values())
