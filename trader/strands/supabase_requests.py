"""Requests to one PostgREST: read until all is there, call, insert; its errors as a store's."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import httpx

from trader.strands.supabase_client import ClientOfProcess
from trader.strands.supabase_errors import Refused, is_passing, translated
from trader.strands.supabase_queries import Key, Page, Query, Row, first_page

if TYPE_CHECKING:
    from supabase import Client

_PAUSES = (0.1, 0.3, 0.9)
"""Seconds before each further attempt to read: a server is back that soon after a restart."""

Answer = TypeVar("Answer")


class Requests:
    """What a store asks of PostgREST. Each method raises as `translated` does."""

    def __init__(self, clients: ClientOfProcess, store: str) -> None:
        self._clients = clients
        self._store = store

    def read(self, query: Query, after: Key | None = None, limit: int | None = None) -> list[Row]:
        """All rows of the query after the key, or the first `limit` of them."""
        rows: list[Row] = []
        while limit is None or len(rows) < limit:
            page = self._page(query, after, None if limit is None else limit - len(rows))
            rows += page.rows
            if page.is_all:
                break
            after = page.last
        return rows

    def run(self, function: str, arguments: Mapping[str, object]) -> None:
        """Call a function of the database for its effect. Sent once."""
        self.call(function, arguments)

    def call(self, function: str, arguments: Mapping[str, object]) -> object:
        """What a function of the database gives. Sent once: it may take effect unanswered."""
        return self._once(lambda client: client.rpc(function, dict(arguments)).execute().data)

    def ask(self, function: str, arguments: Mapping[str, object]) -> object:
        """The same of a function that changes nothing: asked again when no answer comes."""
        return self._patiently(lambda client: client.rpc(function, dict(arguments)).execute().data)

    def insert(self, table: str, row: Row) -> None:
        """Add a row. Sent once."""
        self._once(lambda client: client.table(table).insert(row).execute())

    def _page(self, query: Query, after: Key | None, limit: int | None) -> Page:
        return self._patiently(lambda client: first_page(client, query, after, limit))

    def _once(self, request: "Callable[[Client], Answer]") -> Answer:
        with translated(self._store):
            return self._sent(request)

    def _patiently(self, request: "Callable[[Client], Answer]") -> Answer:
        with translated(self._store):
            for pause in _PAUSES:
                try:
                    return self._sent(request)
                except (Refused, httpx.RequestError) as error:
                    if not is_passing(error):
                        raise
                time.sleep(pause)
            return self._sent(request)

    def _sent(self, request: "Callable[[Client], Answer]") -> Answer:
        with self._clients.connected() as client:
            return request(client)
