"""The sending side of one websocket: a queue, so that nobody waits for a slow reader."""

import asyncio
from typing import Final

from aiohttp import web

IDLE_SECONDS: Final = 60.0
"""The venue closes a socket to which it has sent nothing for so long."""
OUTBOX_LIMIT: Final = 10_000


class Connection:
    """One client's socket. A client that lets its outbox overflow is cut off."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._idle_seconds = idle_seconds
        self._outbox: asyncio.Queue[str] = asyncio.Queue(OUTBOX_LIMIT)
        self._closes_when_idle = True

    def send(self, text: str) -> None:
        """Queue one message."""
        try:
            self._outbox.put_nowait(text)
        except asyncio.QueueFull:
            self.abort()

    def abort(self) -> None:
        """Drop the connection without a closing frame: the client sees 1006."""
        self._transport.abort()

    def hold_open(self) -> None:
        """Never close for want of something to send."""
        self._closes_when_idle = False

    async def write(self) -> None:
        """Send what is queued until the socket closes; close it when there was nothing to send."""
        while True:
            try:
                async with asyncio.timeout(self._idle_seconds):
                    text = await self._outbox.get()
            except TimeoutError:
                if not self._closes_when_idle:
                    continue
                await self._socket.close(message=b"Inactive")
                return
            try:
                await self._socket.send_str(text)
            except ConnectionError:
                return
