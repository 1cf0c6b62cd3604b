"""New plans are seen at a notice, and without one: what counts is the inbox."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.strands.examples import plan, start
from tests.stream.tiny_venue import until
from trader.errors import Retryable
from trader.strands.sqlite import SqliteStore
from trader.stream import arrivals
from trader.stream.arrivals import Arrivals


class Lost(Retryable):
    """The notices' connection is gone."""


@dataclass
class Bell:
    """Notices that the test gives; `losses` connections are lost first."""

    losses: int = 0
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> AsyncIterator[None]:
        if self.losses:
            self.losses -= 1
            raise Lost("gone")
        while True:
            await self.rung.wait()
            self.rung.clear()
            yield


@dataclass
class Hall:
    """An inbox, and how often it was told to be emptied."""

    store: SqliteStore
    calls: int = 0
    is_away: bool = False

    def take_in(self) -> None:
        if self.is_away:
            raise Lost("no broker")
        self.calls += 1

    def answer(self, strand_id: str) -> None:
        start(self.store, f"lifecycle of {strand_id}", source_id=strand_id)


def play(folder: Path, bell: Bell | None, act: Callable[[Hall], Awaitable[None]]) -> None:
    async def main(store: SqliteStore) -> None:
        hall = Hall(store)
        watch = Arrivals(store, hall.take_in, bell)
        async with asyncio.TaskGroup() as together:
            running = together.create_task(watch.watch_forever())
            listening = together.create_task(watch.listen_forever())
            with suppress(asyncio.CancelledError):
                await act(hall)
            for task in (running, listening):
                task.cancel()

    with closing(SqliteStore(folder / "journal.db")) as store:
        asyncio.run(main(store))


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at the inbox by himself."""
    monkeypatch.setattr(arrivals, "CHECK_SECONDS", 3600.0)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "CHECK_SECONDS", 0.05)


@pytest.mark.usefixtures("soon")
def test_without_notices_the_inbox_is_looked_at_again_and_again(tmp_path: Path) -> None:
    async def act(hall: Hall) -> None:
        await asyncio.sleep(0.2)
        assert hall.calls == 0
        hall.store.insert_foreign(plan("new"))
        await until(lambda: hall.calls > 0)

    play(tmp_path, None, act)


@pytest.mark.usefixtures("never")
def test_a_notice_is_followed_at_once(tmp_path: Path) -> None:
    bell = Bell()

    async def act(hall: Hall) -> None:
        await asyncio.sleep(0.2)
        hall.store.insert_foreign(plan("new"))
        bell.rung.set()
        await until(lambda: hall.calls == 1)

    play(tmp_path, bell, act)


@pytest.mark.usefixtures("never")
def test_a_notice_of_what_was_taken_in_already_does_nothing(tmp_path: Path) -> None:
    bell = Bell()

    async def act(hall: Hall) -> None:
        hall.store.insert_foreign(plan("answered"))
        hall.answer("answered")
        bell.rung.set()
        await until(lambda: not bell.rung.is_set())
        await asyncio.sleep(0.2)
        assert hall.calls == 0

    play(tmp_path, bell, act)


@pytest.mark.usefixtures("never")
def test_notices_that_are_lost_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trader.processes.backoff.FIRST_SECONDS", 0.01)
    bell = Bell(losses=2)

    async def act(hall: Hall) -> None:
        hall.store.insert_foreign(plan("new"))
        await until(lambda: bell.losses == 0)
        calls = hall.calls
        bell.rung.set()
        await until(lambda: hall.calls > calls)

    play(tmp_path, bell, act)


@pytest.mark.usefixtures("soon")
def test_what_could_not_be_told_is_told_later(tmp_path: Path) -> None:
    async def act(hall: Hall) -> None:
        hall.is_away = True
        hall.store.insert_foreign(plan("new"))
        await asyncio.sleep(0.2)
        hall.is_away = False
        await until(lambda: hall.calls > 0)

    play(tmp_path, None, act)
