"""One websocket to the venue: kept awake, and given up when it falls silent.

Source: Hyperliquid, "WebSocket", "Timeouts and heartbeats".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from trader.errors import Retryable

PING = '{"method":"ping"}'
LARGEST_MESSAGE = 2**24
"""Bytes; the fills told at a subscription (up to 2000) exceed the library's own limit."""


class ConnectionLost(Retryable):
    """The websocket did not open, has closed, or says nothing any more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: to open, between two pings (the venue closes after 60 s in which it sent
    nothing), and without any message, a pong included, before an open connection counts as dead.
    """

    opening: float = 5.0
    ping: float = 5.0
    silence: float = 12.0


class Websocket:
    """An open connection. One task receives; any task sends."""

    def __init__(self, connection: ClientConnection, patience: Patience) -> None:
        self._connection = connection
        self._patience = patience

    async def send(self, text: str) -> None:
        """Send one message. Raises ConnectionLost."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise ConnectionLost(f"the connection closed: {error}") from error

    async def receive(self) -> str:
        """The next message. Raises ConnectionLost when it is closed, or silent for too long."""
        try:
            async with asyncio.timeout(self._patience.silence):
                received = await self._connection.recv(decode=True)
        except ConnectionClosed as error:
            raise ConnectionLost(f"the connection closed: {error}") from error
        except TimeoutError as error:
            raise ConnectionLost(
                f"no message for {self._patience.silence:g} s on an open connection"
            ) from error
        return str(received)

    async def keep_awake(self) -> None:
        """Ping until cancelled. A ping that cannot be sent is left to the receiver to notice."""
        while True:
            await asyncio.sleep(self._patience.ping)
            try:
                await self.send(PING)
            except ConnectionLost:
                return


def websocket_url(url: str) -> str:
    """The websocket's address at a base URL: the same host and port."""
    return "ws" + url.rstrip("/").removeprefix("http") + "/ws"


@asynccontextmanager
async def open_websocket(url: str, patience: Patience) -> AsyncIterator[Websocket]:
    """A connection to the venue at this base URL, closed at the end. Raises ConnectionLost."""
    connection = await _opened(websocket_url(url), patience)
    websocket = Websocket(connection, patience)
    pinging = asyncio.create_task(websocket.keep_awake())
    try:
        yield websocket
    finally:
        pinging.cancel()
        await connection.close()


async def _opened(url: str, patience: Patience) -> ClientConnection:
    # The venue answers pings of its own protocol, and does not compress.
    try:
        return await connect(
            url,
            compression=None,
            open_timeout=patience.opening,
            close_timeout=1.0,
            ping_interval=None,
            max_size=LARGEST_MESSAGE,
        )
    except (OSError, TimeoutError, InvalidHandshake) as error:
        raise ConnectionLost(f"no connection to {url}: {error}") from error
