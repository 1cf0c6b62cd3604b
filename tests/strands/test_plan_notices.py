"""Hints of new plans, from a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import psycopg
import pytest

from tests.strands.examples import foreign, plan, start
from trader.errors import Misconfigured
from trader.strands import plan_notices
from trader.strands.plan_notices import NoticesLost, PlanNotices, notices_of
from trader.strands.postgres import PostgresStore

PATIENCE_SECONDS = 10.0
QUIET_SECONDS = 0.3


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(postgres_url)
    yield opened
    opened.close()


def hear(url: str, act: Callable[[AsyncIterator[None]], Awaitable[None]]) -> None:
    """Act with notices that have begun: the first hint was given."""

    async def main() -> None:
        notices = notices_of(url)
        assert notices is not None
        told = aiter(notices.listen())
        await once(told)
        await act(told)
        await told.aclose()  # type: ignore[attr-defined]

    asyncio.run(main())


async def once(told: AsyncIterator[None]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await anext(told)


def test_each_plan_is_told_of_and_nothing_else(postgres_url: str, store: PostgresStore) -> None:
    async def act(told: AsyncIterator[None]) -> None:
        store.insert_foreign(plan("first"))
        await once(told)
        store.insert_foreign(foreign("a note"))
        start(store, "lifecycle")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                await anext(told)

    hear(postgres_url, act)


def test_a_long_id_does_not_keep_a_plan_out(postgres_url: str, store: PostgresStore) -> None:
    async def act(told: AsyncIterator[None]) -> None:
        store.insert_foreign(plan("x" * 9000))
        await once(told)

    hear(postgres_url, act)


def test_a_quiet_connection_is_asked_whether_it_lives(
    postgres_url: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_notices, "CHECK_SECONDS", 0.05)

    async def act(told: AsyncIterator[None]) -> None:
        waiting = asyncio.ensure_future(once(told))
        await asyncio.sleep(QUIET_SECONDS)
        store.insert_foreign(plan("late"))
        await waiting

    hear(postgres_url, act)


def test_a_connection_that_is_ended_is_reported(postgres_url: str) -> None:
    async def act(told: AsyncIterator[None]) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        with pytest.raises(NoticesLost, match="PostgreSQL at"):
            await once(told)

    hear(postgres_url, act)


def test_a_server_that_is_not_there_is_reported() -> None:
    async def main() -> None:
        notices = notices_of("postgresql://trader:secret@127.0.0.1:1/trader")
        assert notices is not None
        with pytest.raises(NoticesLost) as lost:
            await once(aiter(notices.listen()))
        assert "secret" not in str(lost.value)

    asyncio.run(main())


@pytest.mark.parametrize(
    "url", ["sqlite:///journal.db", "supabase+https://project.example", "nonsense"]
)
def test_other_stores_give_none(url: str) -> None:
    assert notices_of(url) is None


def test_both_names_of_the_scheme_give_notices() -> None:
    assert isinstance(notices_of("postgres://127.0.0.1/trader"), PlanNotices)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Misconfigured):
        notices_of("postgresql://[broken")
