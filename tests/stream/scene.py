"""A stream in this process, between a venue that does as told, a real Redis and a real journal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from redis import Redis

from tests.stream.tiny_venue import TinyVenue, tiny_venue, until
from tests.support.lifecycles import LifecycleBuilder
from trader.clock import utc_now
from trader.errors import Retryable
from trader.lifecycle.journal import Journal
from trader.lifecycle.projection import project
from trader.market.snapshot import MarketSnapshot
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append
from trader.stream.follower import StreamParts
from trader.stream.outbox import Callbacks
from trader.stream.service import StreamService
from trader.venues.hyperliquid.websocket import Patience
from trader.venues.instrument import Instrument
from trader.venues.quote import Quote

ACCOUNT = "0x" + "ab" * 20
LISTED = ("BTC", "ETH")
PATIENCE = Patience(opening=1.0, ping=0.2, silence=0.8)
USERS = ["orderUpdates", "userFills", "userEvents"]


class NoBroker(Retryable):
    """The broker is away, as a test wants it."""


@dataclass
class Calls:
    """What the stream had others do, in order; nothing while the broker is away."""

    made: list[str] = field(default_factory=list)
    is_away: bool = False

    def callbacks(self) -> Callbacks:
        return Callbacks(
            track=lambda key: self._make(f"track {key}"),
            press=lambda key: self._make(f"press {key}"),
            check=lambda key: self._make(f"check {key}"),
            reconcile=lambda: self._make("reconcile"),
            take_in=lambda: self._make("take in"),
        )

    def count(self, call: str) -> int:
        return self.made.count(call)

    def _make(self, call: str) -> None:
        if self.is_away:
            raise NoBroker("away")
        self.made.append(call)


@dataclass
class Scene:
    """All parts of a running stream."""

    venue: TinyVenue
    redis: Redis
    market: MarketSnapshot
    store: SqliteStore
    calls: Calls
    parts: StreamParts

    def keep(self, builder: LifecycleBuilder) -> None:
        """Write what the builder has that the journal has not."""
        row = self.store.lifecycle(builder.lifecycle_id)
        seq = NEW if row is None else row.seq
        strands, after = builder.strands[seq + 1 :], project(builder.lifecycle)
        self.store.append(Append(builder.lifecycle_id, seq, strands, after))

    async def told(self, call: str, times: int = 1) -> None:
        """Return when the stream has made this call so often."""
        await until(lambda: self.calls.count(call) >= times, 5, f"{call} x {times}")

    async def subscribed(self, *names: str, times: int = 1) -> None:
        """Return when each was asked for so often."""
        await until(
            lambda: all(self.venue.subscribed().count(name) >= times for name in names),
            5,
            f"{names} x {times}, was {self.venue.subscribed()}",
        )

    async def tell_best(self, coin: str, bid: str, ask: str) -> None:
        """Best prices from the venue."""
        levels = [{"px": price, "sz": "1", "n": 1} for price in (bid, ask)]
        await self.venue.tell("bbo", {"coin": coin, "time": 1, "bbo": levels})


def play(folder: Path, redis_url: str, act: Callable[[Scene], Awaitable[Any]]) -> None:
    """Run a stream, act, and stop it."""

    async def whole() -> None:
        async with running_scene(folder, redis_url) as scene:
            await act(scene)

    asyncio.run(whole())


@asynccontextmanager
async def running_scene(folder: Path, redis_url: str) -> AsyncIterator[Scene]:
    """A stream that has subscribed and had everything reconciled."""
    store = SqliteStore(folder / "trader.db")
    with Redis.from_url(redis_url) as redis:
        async with tiny_venue() as venue:
            market = MarketSnapshot(redis, venue.url)
            market.publish({"ETH": a_quote("ETH", "3000")}, {s: listed(s) for s in LISTED})
            calls = Calls()
            parts = StreamParts(
                url=venue.url,
                account=ACCOUNT,
                store=store,
                journal=Journal(store),
                redis=redis,
                callbacks=calls.callbacks(),
                clock=utc_now,
                patience=PATIENCE,
            )
            scene = Scene(venue, redis, market, store, calls, parts)
            stopping = asyncio.Event()
            running = asyncio.create_task(StreamService(parts).run_until(stopping))
            try:
                await scene.subscribed(*USERS, "allMids")
                await scene.told("reconcile")
                yield scene
            finally:
                stopping.set()
                await running
    store.close()


def listed(symbol: str) -> Instrument:
    return Instrument(symbol=symbol, asset=0, size_decimals=5, price_decimals=1, max_leverage=40)


def a_quote(symbol: str, mid: str) -> Quote:
    return Quote(symbol=symbol, observed_at=utc_now(), mid=Decimal(mid), mark=Decimal(mid))
