"""The local exchange as a server: the wire on a port, and a market that moves in the background."""

import asyncio
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from local_exchange.engine.config import ExchangeConfig
from local_exchange.engine.exchange import Exchange
from local_exchange.wire.routes import create_app
from local_exchange.wire.venue import Venue, wall_clock_ms

SHUTDOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where to listen (port 0 is any free one), and what to simulate."""

    host: str = "127.0.0.1"
    port: int = 0
    exchange: ExchangeConfig = field(default_factory=ExchangeConfig)


class LocalExchangeServer:
    """Serves from `start` to `stop`, or as an `async with` block; all in the running loop."""

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._venue = Venue(Exchange(config.exchange, wall_clock_ms()))
        self._runner = web.AppRunner(
            create_app(self._venue), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )
        self._market: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL that clients are given; known once started."""
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Listen, and let the market move."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._config.host, self._config.port).start()
        self._market = asyncio.create_task(self._run_market())

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Serve until the event is set. A market that failed ends it with its error."""
        assert self._market is not None, "start the server first"
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({stopped, self._market}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if self._market.done():
            self._market.result()

    async def stop(self) -> None:
        """Close every connection and stop."""
        if self._market is not None:
            self._market.cancel()
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.stop()

    async def _run_market(self) -> None:
        step_seconds = self._config.exchange.market.step_ms / 1000
        while True:
            await asyncio.sleep(step_seconds)
            self._venue.advance()
