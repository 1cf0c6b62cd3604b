"""What happens in several sessions of a test database at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from trader.processes.waiting import wait_until

PATIENCE_SECONDS = 30
Session = psycopg.Connection[Any]
_WAITING = (
    "select count(*) from pg_stat_activity "
    "where datname = current_database() and wait_event_type = 'Lock'"
)
_STORES = (
    "select count(*) from pg_stat_activity "
    "where datname = current_database() and application_name = 'trader'"
)


class Later:
    """Work of another thread; its error is raised where it is awaited."""

    def __init__(self, work: Callable[[], Any]) -> None:
        pool = ThreadPoolExecutor(1)
        self._done = pool.submit(work)
        pool.shutdown(wait=False)

    def wait(self) -> None:
        """Return when the work is done. Raises what it raised, TimeoutError when it is late."""
        self._done.result(PATIENCE_SECONDS)


def await_waiting(url: str, sessions: int = 1) -> None:
    """Return when so many sessions of the database wait for a lock."""
    with psycopg.connect(url, autocommit=True) as watcher:
        wait_until(
            lambda: watcher.execute(_WAITING).fetchone() == (sessions,),
            PATIENCE_SECONDS,
            f"{sessions} sessions wait for a lock",
        )


def sessions_of_stores(watcher: Session) -> int:
    """How many sessions stores have in the watcher's database."""
    ((found,),) = watcher.execute(_STORES).fetchall()
    return int(found)
