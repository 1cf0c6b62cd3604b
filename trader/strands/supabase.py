"""The journal in a Supabase project, or behind any PostgREST: reached over HTTP alone."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any, cast

from pydantic import SecretStr

from trader.errors import Misconfigured
from trader.strands.decoding import by_lifecycle, decode_committed, decode_lifecycle, decode_strand
from trader.strands.encoding import (
    LIFECYCLE_COLUMNS,
    STRAND_COLUMNS,
    encode_for_function,
    encode_foreign,
    encode_lifecycle,
    encode_time,
)
from trader.strands.lost_replies import write_once
from trader.strands.schema import require_schema
from trader.strands.store import BEGINNING, Append, Committed
from trader.strands.strand import LifecycleRow, Strand
from trader.strands.supabase_client import ClientOfProcess, rest_root
from trader.strands.supabase_queries import (
    Filter,
    Key,
    Query,
    among,
    at_least,
    at_most,
    equal,
    in_short_lists,
)
from trader.strands.supabase_requests import Requests

_STRANDS = "trader_strands"
_JOURNAL = "trader_journal"
"""The same view with the archived strands."""
_INBOX = "trader_inbox"
_LIFECYCLES = "lifecycles"
_ARCHIVABLE = "trader_archivable"
_FOREIGN = "ad_strands"
_OWN = at_least("seq", 0)
_JSON_COLUMNS = ("content", "tags", "module_intelligence")


class SupabaseStore:
    """A `StrandStore` that reads views and calls functions of a migrated database."""

    def __init__(self, root: str, key: SecretStr) -> None:
        self._name = f"Supabase at {root}"
        self._clients = ClientOfProcess(root, key)
        self._requests = Requests(self._clients, self._name)

    def append(self, *appends: Append) -> None:
        """See `StrandStore.append`."""
        if not appends:
            return
        arguments = {"appends": [encode_for_function(each) for each in appends]}
        first = appends[0].strands[0]
        write_once(
            lambda: self._requests.run("trader_append", arguments),
            lambda: self._is_kept(first),  # all or nothing: one strand stands for all
        )

    def load(self, lifecycle_id: str) -> tuple[Strand, ...]:
        """See `StrandStore.load`."""
        return self._strands(_JOURNAL, ("seq",), equal("lifecycle_id", lifecycle_id), _OWN)

    def load_many(self, lifecycle_ids: Sequence[str]) -> dict[str, tuple[Strand, ...]]:
        """See `StrandStore.load_many`."""
        loaded: dict[str, tuple[Strand, ...]] = {}
        for part in in_short_lists(lifecycle_ids):
            wanted = among("lifecycle_id", part)
            strands = self._strands(_JOURNAL, ("lifecycle_id", "seq"), wanted, _OWN)
            loaded |= by_lifecycle(strands)
        return loaded

    def lifecycle(self, lifecycle_id: str) -> LifecycleRow | None:
        """See `StrandStore.lifecycle`."""
        rows = self._lifecycles(None, 1, equal("lifecycle_id", lifecycle_id))
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
        return self._lifecycles(
            after,
            limit,
            *_equal_where_given(stage=stage, symbol=symbol, direction=direction),
            *([] if due_by is None else [at_most("due_at", encode_time(due_by, "due_by"))]),
            *([] if has_exposure is None else [equal("has_exposure", str(has_exposure).lower())]),
        )

    def heads(self, stage: str) -> Mapping[str, int]:
        """See `StrandStore.heads`."""
        return cast(dict[str, int], self._requests.ask("trader_heads", {"stage": stage}))

    def insert_foreign(self, strand: Strand) -> None:
        """See `StrandStore.insert_foreign`."""
        values = encode_foreign(strand)
        parsed = {column: json.loads(cast(str, values[column])) for column in _JSON_COLUMNS}
        write_once(
            lambda: self._requests.insert(_FOREIGN, {**values, **parsed}),
            lambda: self._is_kept(strand),
        )

    def strand(self, strand_id: str) -> Strand | None:
        """See `StrandStore.strand`."""
        strands = self._strands(_JOURNAL, ("id",), equal("id", strand_id), limit=1)
        return strands[0] if strands else None

    def plan_inbox(self, limit: int = 100) -> tuple[Strand, ...]:
        """See `StrandStore.plan_inbox`."""
        query = Query(_INBOX, (*STRAND_COLUMNS, "arrival"), ("arrival",))
        return tuple(map(decode_strand, self._requests.read(query, limit=limit)))

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
        return self._strands(
            _STRANDS if lifecycle_id is None else _JOURNAL,
            ("created_at", "id"),
            *_equal_where_given(lifecycle_id=lifecycle_id, kind=kind, module=module),
            after=None if after is None else (encode_time(after[0], "after"), after[1]),
            limit=limit,
        )

    def committed(self, after: str = BEGINNING, limit: int = 500) -> Committed:
        """See `StrandStore.committed`."""
        arguments = {"after": after, "page": limit}
        found = self._requests.ask("trader_committed", arguments)
        return decode_committed(cast(dict[str, Any], found))

    def trades_booked(self, trade_ids: Sequence[str]) -> frozenset[str]:
        """See `StrandStore.trades_booked`."""
        # The answer is capped as a table's is: ask for the others until none of them is booked.
        booked: set[str] = set()
        asked = list(trade_ids)
        while asked:
            found = cast(
                list[str], self._requests.ask("trader_trades_booked", {"trade_ids": asked})
            )
            booked.update(found)
            asked = [each for each in asked if each not in booked] if found else []
        return frozenset(booked)

    def lifecycle_ids(self, after: str | None = None, limit: int = 500) -> tuple[str, ...]:
        """See `StrandStore.lifecycle_ids`."""
        query = Query(_JOURNAL, ("lifecycle_id",), ("lifecycle_id",), (equal("seq", 0),))
        rows = self._requests.read(query, None if after is None else (after,), limit)
        return tuple(row["lifecycle_id"] for row in rows)

    def replace_lifecycles(self, rows: Sequence[LifecycleRow]) -> None:
        """See `StrandStore.replace_lifecycles`."""
        encoded = [encode_lifecycle(row) for row in rows]
        self._requests.run("trader_replace_lifecycles", {"rows": encoded})

    def clear_lifecycles(self) -> None:
        """See `StrandStore.clear_lifecycles`."""
        self._requests.run("trader_clear_lifecycles", {})

    def archivable(
        self, before: datetime, after: str | None = None, limit: int = 500
    ) -> tuple[str, ...]:
        """See `StrandStore.archivable`."""
        is_old = ("updated_at", "lt", encode_time(before, "before"))
        query = Query(_ARCHIVABLE, ("lifecycle_id",), ("lifecycle_id",), (is_old,))
        rows = self._requests.read(query, None if after is None else (after,), limit)
        return tuple(row["lifecycle_id"] for row in rows)

    def archive(self, lifecycle_ids: Sequence[str]) -> int:
        """See `StrandStore.archive`."""
        moved = self._requests.call("trader_archive", {"lifecycle_ids": list(lifecycle_ids)})
        return cast(int, moved)

    def check(self) -> str:
        """See `StrandStore.check`. Raises Misconfigured when the schema is not ours."""
        found = cast(dict[str, Any], self._requests.ask("trader_check", {}))
        require_schema(found["schema"], self._name)
        return f"{self._name}, PostgreSQL {found['server']}, schema {found['schema']}"

    def close(self) -> None:
        """See `StrandStore.close`."""
        self._clients.close()

    def _strands(
        self,
        view: str,
        order: tuple[str, ...],
        *filters: Filter,
        after: Key | None = None,
        limit: int | None = None,
    ) -> tuple[Strand, ...]:
        query = Query(view, STRAND_COLUMNS, order, filters)
        return tuple(map(decode_strand, self._requests.read(query, after, limit)))

    def _is_kept(self, strand: Strand) -> bool:
        kept = self.strand(strand.id)
        return kept is not None and kept.seq == strand.seq

    def _lifecycles(
        self, after: str | None, limit: int, *filters: Filter
    ) -> tuple[LifecycleRow, ...]:
        query = Query(_LIFECYCLES, LIFECYCLE_COLUMNS, ("lifecycle_id",), filters)
        rows = self._requests.read(query, None if after is None else (after,), limit)
        return tuple(map(decode_lifecycle, rows))


def open_supabase(url: str, key: SecretStr | None) -> SupabaseStore:
    """The store of the project or PostgREST at this address: see `rest_root`.

    Raises Misconfigured when the address, the key or the database's schema is wrong,
    StoreUnavailable when it does not answer now.
    """
    root = rest_root(url)
    if key is None:
        raise Misconfigured(
            "store_url is a Supabase project: set TRADER_SUPABASE_KEY to its secret key "
            "(service_role)"
        )
    with ExitStack() as on_failure:
        store = SupabaseStore(root, key)
        on_failure.callback(store.close)
        store.check()
        on_failure.pop_all()
    return store


def _equal_where_given(**columns: str | None) -> list[Filter]:
    return [equal(column, value) for column, value in columns.items() if value is not None]
