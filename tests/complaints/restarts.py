"""Workers that start anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path

from tests.orders.desk import Desk
from trader.lifecycle.journal import Journal
from trader.strands.sqlite import SqliteStore


@contextmanager
def restarted(desk: Desk, folder: Path) -> Iterator[Desk]:
    """The desk after a restart of all but the exchange: what is on the disk is all that it has."""
    store = SqliteStore(folder / "journal.db")
    again = copy(desk)
    again.store, again.journal, again.venue = store, Journal(store), desk.connect()
    yield again
    store.close()
