"""While somebody else holds the journal's lock, nobody writes."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from chaos.locks import locked_file, locked_tables
from tests.support.lifecycles import LifecycleBuilder
from trader.lifecycle.projection import project
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append, StoreUnavailable, StrandStore


def write(store: StrandStore) -> None:
    builder = LifecycleBuilder().accepted()
    store.append(Append(builder.lifecycle_id, NEW, builder.strands, project(builder.lifecycle)))


def test_a_locked_file_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "trader.db"
    with closing(SqliteStore(path, busy_timeout=timedelta(seconds=0.1))) as store:
        with locked_file(path), pytest.raises(StoreUnavailable):
            write(store)
        write(store)


def test_locked_tables_are_not_read(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("set lock_timeout = '100ms'")
        with locked_tables(postgres_url), pytest.raises(psycopg.errors.LockNotAvailable):
            connection.execute("select 1 from lifecycles")
        connection.execute("select 1 from lifecycles")
