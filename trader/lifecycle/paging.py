"""Walks the projection page by page."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from trader.lifecycle.stage import Stage
from trader.strands.store import StrandStore
from trader.strands.strand import LifecycleRow

PAGE = 500

T = TypeVar("T")


def rows_in(
    store: StrandStore,
    stage: Stage | None,
    *,
    due_by: datetime | None = None,
    symbol: str | None = None,
) -> Iterator[LifecycleRow]:
    """All rows of the stage (None: of every stage) that match what else is given."""
    after = None
    while page := store.lifecycles(
        stage=stage, due_by=due_by, symbol=symbol, after=after, limit=PAGE
    ):
        yield from page
        after = page[-1].lifecycle_id


def pages_of(things: Iterable[T]) -> Iterator[list[T]]:
    """The things in pages, none empty: as many as are asked of a store at once."""
    remaining = iter(things)
    while page := list(islice(remaining, PAGE)):
        yield page
