"""The active stream's work: stays connected and subscribed, and knows which plans there are."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Never

import structlog
from redis import Redis

from trader.clock import Clock
from trader.errors import TraderError
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.changes import Changes, StageChanges
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage
from trader.market.instruments import PublishedInstruments
from trader.market.snapshot import LeasedPrices, MarketSnapshot
from trader.strands.store import StrandStore
from trader.stream.arrivals import Arrivals, Notices
from trader.stream.connection import stay_connected
from trader.stream.delivery import Delivery
from trader.stream.lease import LEASE_KEY
from trader.stream.listener import Listener
from trader.stream.outbox import Callbacks, Outbox
from trader.stream.pressing import Pressing
from trader.stream.pulse import Pulse, PulseUnavailable, write_pulse
from trader.stream.subscriptions import Interest, Subscriptions
from trader.venues.hyperliquid.messages import Confirmed
from trader.venues.hyperliquid.subscriptions import account_channels
from trader.venues.hyperliquid.websocket import ConnectionLost, Patience, Websocket
from trader.venues.instrument import Instrument

log = structlog.get_logger()

REFRESH_SECONDS = 1.0
LEAST_REFRESH_SECONDS = 0.05
REFRESH_SHARE = 4
"""A pause lasts at least so many times as long as the reading before it."""
PULSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StreamParts:
    """What a stream works with: the venue's base URL, the address that trades, and so on.

    `notices` are the store's hints of new plans, where it gives any.
    """

    url: str
    account: str
    store: StrandStore
    journal: Journal
    redis: Redis
    callbacks: Callbacks
    clock: Clock
    notices: Notices | None = None
    patience: Patience = field(default_factory=Patience)


class Follower:
    """Follows the venue while the lease has this token."""

    def __init__(self, parts: StreamParts, token: int) -> None:
        self._parts = parts
        self._token = token
        self._outbox = Outbox()
        self._listener = Listener(parts.account, self._outbox, parts.clock)
        self._account_channels = account_channels(parts.account)
        self._subscriptions: Subscriptions | None = None
        self._subscribing = asyncio.Lock()
        self._published = PublishedInstruments(MarketSnapshot(parts.redis, parts.url), parts.clock)
        self._instruments: Mapping[str, Instrument] = {}

    async def follow(self) -> None:
        """Work until cancelled. Raises LeaseLost, in a group."""
        parts = self._parts
        prices = LeasedPrices(parts.redis, parts.url, LEASE_KEY)
        delivery = Delivery(self._outbox, parts.callbacks, prices, self._token)
        arrivals = Arrivals(parts.store, parts.callbacks.take_in, parts.notices)
        async with asyncio.TaskGroup() as together:
            together.create_task(stay_connected(parts.url, parts.patience, self._serve))
            together.create_task(delivery.deliver_forever())
            together.create_task(delivery.reconcile_forever())
            together.create_task(arrivals.watch_forever())
            together.create_task(arrivals.listen_forever())
            together.create_task(self._refresh_tracked())
            together.create_task(self._refresh_waiting())
            together.create_task(self._pulse())

    async def _serve(self, websocket: Websocket) -> Never:
        """Subscribe, have everything compared that was missed, and listen."""
        self._subscriptions = subscriptions = Subscriptions(websocket)
        try:
            await self._subscribe()
            await self._await_account_channels(websocket, subscriptions)
            self._outbox.reconcile()
            while True:
                self._hear(await websocket.receive(), subscriptions)
        finally:
            self._subscriptions = None
            self._listener.heard_at = None

    async def _await_account_channels(
        self, websocket: Websocket, subscriptions: Subscriptions
    ) -> None:
        """Listen until nothing of the account's can be missed any more. Raises ConnectionLost."""
        try:
            async with asyncio.timeout(self._parts.patience.silence):
                while not subscriptions.has(self._account_channels):
                    self._hear(await websocket.receive(), subscriptions)
        except TimeoutError as error:
            raise ConnectionLost("the account's channels were not confirmed in time") from error

    def _hear(self, text: str, subscriptions: Subscriptions) -> None:
        message = self._listener.hear(text)
        if isinstance(message, Confirmed):
            subscriptions.confirm(message.subscription)

    async def _subscribe(self) -> None:
        """Ask for what is wanted now. A connection that is gone is left to the listener."""
        async with self._subscribing:
            if self._subscriptions is not None:
                with suppress(ConnectionLost):
                    await self._subscriptions.become(self._interest().subscriptions())

    def _interest(self) -> Interest:
        """Listed symbols only: for an unknown one the venue drops the connection."""
        listener = self._listener
        instruments = self._instruments.values()
        listed = frozenset(item.symbol for item in instruments if not item.is_delisted)
        return Interest(
            account=self._parts.account,
            symbols=listener.symbols & listed,
            marks=listener.waiting.marked & listed,
        )

    async def _refresh_tracked(self) -> Never:
        """Every second, and at once when the venue told of an order that is not known."""
        parts = self._parts
        tracked = LifecycleCache(parts.store, parts.journal, Stage.TRACK)
        pressing = Pressing()
        while True:
            self._listener.has_unplaced.clear()
            began, asked = time.monotonic(), self._listener.unplaced
            try:
                found = await asyncio.to_thread(tracked.sweep)
            except TraderError as error:
                log.error("tracked plans were not read", why=str(error))
            else:
                self._listener.refresh_tracked(found, asked)
                self._outbox.press(pressing.due(found, self._instruments, parts.clock()))
                await self._subscribe()
            await asyncio.sleep(LEAST_REFRESH_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(_pause_after(began)):
                    await self._listener.has_unplaced.wait()

    async def _refresh_waiting(self) -> Never:
        waiting = StageChanges(self._parts.store, self._parts.journal, Stage.MONITOR)
        while True:
            began = time.monotonic()
            try:
                self._instruments = await asyncio.to_thread(self._published)
                await self._take_in(waiting.look())
            except TraderError as error:
                log.error("waiting plans were not read", why=str(error))
            else:
                await self._subscribe()
            await asyncio.sleep(_pause_after(began))

    async def _take_in(self, pages: Iterator[Changes]) -> None:
        """One page at a time: a hundred thousand plans at once would deafen the stream."""
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            self._listener.refresh_waiting(page)

    async def _pulse(self) -> Never:
        while True:
            pulse = Pulse(
                at=self._parts.clock(),
                heard_at=self._listener.heard_at,
                token=self._token,
                symbols=len(self._interest().symbols),
            )
            try:
                await asyncio.to_thread(write_pulse, self._parts.redis, pulse)
            except PulseUnavailable as error:
                log.warning("no sign of life given", why=str(error))
            await asyncio.sleep(PULSE_SECONDS)


def _pause_after(began: float) -> float:
    return max(REFRESH_SECONDS, REFRESH_SHARE * (time.monotonic() - began))
