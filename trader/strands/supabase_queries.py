"""Queries of PostgREST's tables and views, and the pages in which they are answered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import quote

if TYPE_CHECKING:
    from postgrest import CountMethod, SyncSelectRequestBuilder
    from supabase import Client

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str | int, ...]
Filter: TypeAlias = tuple[str, str, str]
"""A column, an operator and its operand, as PostgREST writes them."""

_LIST_CHARACTERS = 4000
"""What a list of values may add to an address; gateways take 8 kB in all."""
_AROUND_A_VALUE = len(quote('"",'))


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of one table or view, ascending by one or two columns that are unique together."""

    table: str
    columns: tuple[str, ...]
    order: tuple[str, ...]
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The first rows of an answer, the key of the last, and whether it is known to be all."""

    rows: list[Row]
    last: Key | None
    is_all: bool


def equal(column: str, value: str | int) -> Filter:
    """The column has this value."""
    return column, "eq", str(value)


def at_least(column: str, value: str | int) -> Filter:
    """The column has a value that is not less."""
    return column, "gte", str(value)


def at_most(column: str, value: str | int) -> Filter:
    """The column has a value that is not greater."""
    return column, "lte", str(value)


def among(column: str, values: Iterable[str]) -> Filter:
    """The column has one of these values."""
    return column, "in", f"({','.join(map(_quoted, values))})"


def in_short_lists(values: Sequence[str]) -> Iterator[list[str]]:
    """The values in turn, in lists that an address has room for."""
    part: list[str] = []
    room = _LIST_CHARACTERS
    for value in values:
        size = len(quote(value)) + _AROUND_A_VALUE
        if part and size > room:
            yield part
            part, room = [], _LIST_CHARACTERS
        part.append(value)
        room -= size
    if part:
        yield part


def first_page(client: "Client", query: Query, after: Key | None, limit: int | None) -> Page:
    """The rows after the key: at most `limit`, and no more than the server gives at once.

    The server caps its answers (a project's "Max rows") without saying so: a page that is not
    full proves nothing. An empty one does, and so does a count of all rows, which is asked for
    when there is no limit; with one it might count the whole table.
    """
    request = client.table(query.table).select(*query.columns, count=_count(limit))
    for column, operator, operand in query.filters:
        request = request.filter(column, operator, operand)
    if after is not None:
        request = _beyond(request, query.order, after)
    for column in query.order:
        request = request.order(column)
    if limit is not None:
        request = request.limit(limit)
    answer = request.execute()
    rows = cast(list[Row], answer.data)
    last = tuple(rows[-1][column] for column in query.order) if rows else None
    return Page(rows, last, is_all=not rows or answer.count == len(rows))


def _count(limit: int | None) -> "CountMethod | None":
    from postgrest.types import CountMethod

    return CountMethod.exact if limit is None else None


def _beyond(
    request: "SyncSelectRequestBuilder", order: tuple[str, ...], after: Key
) -> "SyncSelectRequestBuilder":
    first = order[0], after[0]
    if len(order) == 1:
        return request.gt(*first)
    # PostgREST compares no pairs. The first condition alone is one that an index can serve.
    beyond = ((column, _quoted(value)) for column, value in zip(order, after, strict=True))
    return request.gte(*first).or_(",".join(f"{column}.gt.{value}" for column, value in beyond))


def _quoted(value: str | int) -> str:
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
