"""Sees new plans come in: at a notice of the store at once, and without one within a second."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Never, Protocol

import structlog

from trader.errors import Retryable
from trader.processes.backoff import Backoff
from trader.strands.store import StrandStore

log = structlog.get_logger()

CHECK_SECONDS = 1.0
LEAST_PAUSE_SECONDS = 0.05
"""Between two looks: plans that come in together are taken in together."""


class Notices(Protocol):
    """A store's hints that there may be something new in the inbox."""

    def listen(self) -> AsyncIterator[None]:
        """A hint at each new plan, and one at the beginning. Raises Retryable."""


class Arrivals:
    """Has the inbox emptied whenever it holds something.

    What counts is what stands in the inbox, not what was told: a hint that is lost costs a second.
    `take_in` may block, and raises Retryable when nobody could be told.
    """

    def __init__(
        self, store: StrandStore, take_in: Callable[[], None], notices: Notices | None
    ) -> None:
        self._store = store
        self._take_in = take_in
        self._notices = notices
        self._noticed = asyncio.Event()

    async def watch_forever(self) -> Never:
        """Look at the inbox each second, and after each notice."""
        while True:
            self._noticed.clear()
            try:
                await asyncio.to_thread(self._look)
            except Retryable as error:
                log.warning("new plans are left to the heartbeat", why=str(error))
            await asyncio.sleep(LEAST_PAUSE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._noticed.wait()

    async def listen_forever(self) -> None:
        """Follow the notices; returns at once where the store gives none."""
        backoff = Backoff()
        while self._notices is not None:
            began = time.monotonic()
            try:
                async for _ in self._notices.listen():
                    self._noticed.set()
            except Retryable as error:
                backoff = backoff.after_end(time.monotonic() - began)
                log.warning("new plans are seen within a second, not at once", why=str(error))
            await asyncio.sleep(backoff.seconds * random.uniform(0.5, 1.0))

    def _look(self) -> None:
        if self._store.plan_inbox(1):
            self._take_in()
