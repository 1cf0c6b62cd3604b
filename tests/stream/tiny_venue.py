"""A websocket server that behaves as a test tells it to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

PING = {"method": "ping"}


class TinyVenue:
    """Confirms subscriptions and answers pings, unless it is mute.

    `connections` are the open ones, oldest first; `heard` is what came in, of all of them.
    """

    def __init__(self) -> None:
        self.is_mute = False
        self.accepted = 0
        self.connections: list[ServerConnection] = []
        self.heard: list[dict[str, Any]] = []
        self.port = 0

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    def subscribed(self) -> list[str]:
        """Type and coin of what was asked for, such as "bbo BTC"."""
        return [_named(m["subscription"]) for m in self.heard if m["method"] == "subscribe"]

    def unsubscribed(self) -> list[str]:
        """The same of what was ended."""
        return [_named(m["subscription"]) for m in self.heard if m["method"] == "unsubscribe"]

    async def tell(self, channel: str, data: Any) -> None:
        """Send a message to all."""
        for connection in self.connections:
            await connection.send(json.dumps({"channel": channel, "data": data}))

    async def close_all(self, code: int = 1001) -> None:
        """End every connection."""
        for connection in list(self.connections):
            await connection.close(code)

    async def handle(self, connection: ServerConnection) -> None:
        """Serve one connection."""
        self.accepted += 1
        self.connections.append(connection)
        try:
            async for text in connection:
                await self._answer(connection, json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.connections.remove(connection)

    async def _answer(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        self.heard.append(message)
        if self.is_mute:
            return
        answer = (
            {"channel": "pong"}
            if message == PING
            else {"channel": "subscriptionResponse", "data": message}
        )
        await connection.send(json.dumps(answer))


@asynccontextmanager
async def tiny_venue(port: int = 0) -> AsyncIterator[TinyVenue]:
    """A running one."""
    venue = TinyVenue()
    async with serve(venue.handle, "127.0.0.1", port, ping_interval=None) as server:
        venue.port = next(iter(server.sockets)).getsockname()[1]
        yield venue


async def until(condition: Any, seconds: float = 5.0, what: str = "the condition holds") -> None:
    """Return when the condition holds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"{what}: not so after {seconds} s"
        await asyncio.sleep(0.01)


def _named(subscription: dict[str, Any]) -> str:
    return " ".join([subscription["type"], *filter(None, [subscription.get("coin")])])
