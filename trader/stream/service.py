"""The stream as a whole: stands by, becomes the active one, and follows the venue while it is."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from typing import Never

import structlog

from trader.stream.follower import Follower, StreamParts
from trader.stream.lease import Lease, LeaseLost, LeaseUnavailable

log = structlog.get_logger()

LEASE_LENGTH = timedelta(seconds=3)
RENEW_SECONDS = 0.75
STAND_BY_SECONDS = 0.5


class StreamService:
    """Of several, on any machines, one is active. When it dies another takes over within the
    length of the lease; when it stops, at once.
    """

    def __init__(self, parts: StreamParts) -> None:
        self._parts = parts
        self._lease = Lease(parts.redis, LEASE_LENGTH)

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Work until the event is set, then give the lease back."""
        running = asyncio.create_task(self._run())
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stopped, running):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def _run(self) -> Never:
        is_told = False
        while True:
            asked = time.monotonic()
            token = await self._take()
            if token is not None:
                await self._be_active(token, asked + LEASE_LENGTH.total_seconds())
            elif not is_told:
                log.info("standing by: another stream is active")
            is_told = token is None
            await asyncio.sleep(STAND_BY_SECONDS)

    async def _take(self) -> int | None:
        try:
            return await asyncio.to_thread(self._lease.take, self._parts.clock())
        except LeaseUnavailable as error:
            log.warning("standing by", why=str(error))
            return None

    async def _be_active(self, token: int, held_until: float) -> None:
        log.info("active", token=token)
        try:
            async with asyncio.TaskGroup() as together:
                together.create_task(self._hold(token, held_until))
                together.create_task(Follower(self._parts, token).follow())
        except* LeaseLost as lost:
            log.warning("standing by", why=str(lost.exceptions[0]))
        finally:
            await self._release(token)

    async def _hold(self, token: int, held_until: float) -> Never:
        """Renew in time. Raises LeaseLost when the lease is another's, or has run out unrenewed."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            asked = time.monotonic()
            try:
                async with asyncio.timeout(held_until - asked):
                    await asyncio.to_thread(self._lease.renew, token)
                held_until = asked + LEASE_LENGTH.total_seconds()
            except LeaseUnavailable as error:
                log.warning("lease not renewed", why=str(error))
            except TimeoutError as error:
                raise LeaseLost(f"the lease {token} could not be renewed in time") from error

    async def _release(self, token: int) -> None:
        try:
            await asyncio.to_thread(self._lease.release, token)
        except LeaseUnavailable as error:
            log.warning("the lease runs out by itself", why=str(error))
