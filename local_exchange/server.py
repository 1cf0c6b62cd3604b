"""The local exchange as a server: the wire on a port, and a market that moves in the background."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aiohttp import web

from local_exchange.engine.config import ExchangeConfig
from local_exchange.faults import routes as fault_routes
from local_exchange.faults.board import FaultBoard
from local_exchange.faults.injection import FaultInjection
from local_exchange.faults.schedule import Schedule
from local_exchange.inputs.machine import Machine
from local_exchange.inputs.recorder import Recorder
from local_exchange.inputs.recovery import opened
from local_exchange.wire.routes import create_app
from local_exchange.wire.venue import Venue, wall_clock_ms

SHUTDOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where to listen (port 0 is any free one), what to simulate, and what goes wrong.

    With a `data_directory` the exchange outlives its process: it goes on from there.
    """

    host: str = "127.0.0.1"
    port: int = 0
    exchange: ExchangeConfig = field(default_factory=ExchangeConfig)
    data_directory: Path | None = None
    schedule: Schedule | None = None


class LocalExchangeServer:
    """Serves from `start` to `stop`, or as an `async with` block; all in the running loop."""

    def __init__(self, config: ServerConfig) -> None:
        """Raises LogUnusableError when it cannot go on from the data directory."""
        self._config = config
        self._venue, injection = _open_venue(config)
        app = create_app(self._venue)
        fault_routes.install(app, self._venue, injection)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
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
        self._venue.close()

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


def _open_venue(config: ServerConfig) -> tuple[Venue, FaultInjection]:
    now_ms = wall_clock_ms()
    recorder = None
    if config.data_directory is None:
        machine = Machine(config.exchange, now_ms)
    else:
        machine, log = opened(config.data_directory, config.exchange, now_ms)
        recorder = Recorder(log, config.exchange.market.step_ms)
    board = FaultBoard()
    if config.schedule is not None:
        board.follow(config.schedule)
    injection = FaultInjection(machine.exchange, board)
    return Venue(machine, injection, recorder), injection
