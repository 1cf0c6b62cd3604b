"""Connections are reused, one to a thread; the dead are found out; no child inherits any."""

import multiprocessing
import threading
from collections.abc import Iterator

import psycopg
import pytest

from tests.support.postgres_sessions import PATIENCE_SECONDS, Later, Session, sessions_of_stores
from trader.processes.waiting import wait_until
from trader.strands.lost_replies import ReplyLost
from trader.strands.postgres_address import parse_address
from trader.strands.postgres_connections import PostgresConnections
from trader.strands.store import StoreUnavailable

SESSION = "select pg_backend_pid()"
fork = multiprocessing.get_context("fork")


@pytest.fixture
def connections(postgres_url: str) -> Iterator[PostgresConnections]:
    opened = PostgresConnections(parse_address(postgres_url))
    yield opened
    opened.close()


@pytest.fixture
def outsider(postgres_url: str) -> Iterator[Session]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def session_of(connections: PostgresConnections) -> int:
    with connections.connection() as connection:
        ((number,),) = connection.execute(SESSION).fetchall()
    return int(number)


def terminate(outsider: Session) -> None:
    """End all other sessions of the database, and wait until they are gone."""
    outsider.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )


def test_a_connection_is_reused(connections: PostgresConnections) -> None:
    assert session_of(connections) == session_of(connections)


def test_two_users_have_two(connections: PostgresConnections) -> None:
    with connections.connection() as one, connections.connection() as two:
        assert one is not two


def test_one_that_the_server_ended_is_not_used(
    connections: PostgresConnections, outsider: Session
) -> None:
    with connections.connection(), connections.connection(), connections.connection():
        pass
    before = session_of(connections)
    terminate(outsider)
    assert session_of(connections) != before


def test_one_that_brings_news_is_used_on(
    connections: PostgresConnections, outsider: Session
) -> None:
    with connections.connection() as connection:
        connection.execute("listen news")
    before = session_of(connections)
    outsider.execute("notify news")
    assert session_of(connections) == before


def test_one_that_breaks_in_use_leaves_the_caller_in_doubt(
    connections: PostgresConnections, outsider: Session
) -> None:
    def use_and_lose() -> None:
        with connections.connection() as connection:
            terminate(outsider)
            connection.execute(SESSION)

    with pytest.raises(ReplyLost, match="broke the connection"):
        use_and_lose()
    session_of(connections)


def test_a_failed_statement_leaves_it_usable(connections: PostgresConnections) -> None:
    before = session_of(connections)
    with pytest.raises(psycopg.errors.SyntaxError), connections.connection() as connection:
        connection.execute("this is no SQL")
    assert session_of(connections) == before


def test_a_transaction_that_raises_is_undone(connections: PostgresConnections) -> None:
    def insert_and_stop() -> None:
        with connections.connection() as connection, connection.transaction():
            connection.execute("insert into plan_inbox (strand_id) values ('x')")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        insert_and_stop()
    with connections.connection() as connection:
        assert connection.execute("select from plan_inbox").rowcount == 0


def test_the_wait_for_a_free_one_ends(
    connections: PostgresConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trader.strands.postgres_connections._MAX_CONNECTIONS", 1)
    monkeypatch.setattr("trader.strands.postgres_connections._WAIT_SECONDS", 1.0)
    with (
        connections.connection(),
        pytest.raises(StoreUnavailable, match=r"no connection within 1 s"),
        connections.connection(),
    ):
        pass


def test_close_ends_the_sessions_and_others_open_new_ones(
    connections: PostgresConnections, outsider: Session
) -> None:
    inside, leave = threading.Event(), threading.Event()

    def use() -> None:
        with connections.connection() as connection:
            inside.set()
            assert leave.wait(PATIENCE_SECONDS)
            connection.execute(SESSION)

    user = Later(use)
    assert inside.wait(PATIENCE_SECONDS)
    connections.close()
    session_of(connections)
    leave.set()
    user.wait()
    connections.close()
    wait_until(lambda: sessions_of_stores(outsider) == 0, PATIENCE_SECONDS, "they are closed")


def check_child(connections: PostgresConnections, of_parent: int) -> None:
    assert session_of(connections) != of_parent
    connections.close()


def test_a_child_has_its_own(connections: PostgresConnections) -> None:
    of_parent = session_of(connections)
    child = fork.Process(target=check_child, args=(connections, of_parent))
    child.start()
    child.join(PATIENCE_SECONDS)
    assert child.exitcode == 0
    assert session_of(connections) == of_parent


def test_a_fork_in_the_middle_of_another_threads_use(connections: PostgresConnections) -> None:
    inside, leave = threading.Event(), threading.Event()

    def use() -> None:
        with connections.connection() as connection:
            inside.set()
            assert leave.wait(PATIENCE_SECONDS)
            connection.execute(SESSION)

    user = Later(use)
    assert inside.wait(PATIENCE_SECONDS)
    child = fork.Process(target=check_child, args=(connections, 0))
    child.start()
    child.join(PATIENCE_SECONDS)
    leave.set()
    user.wait()
    assert child.exitcode == 0
