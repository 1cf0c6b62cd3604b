"""Stays connected for ever: a connection that ends is followed by another."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Never

import structlog

from trader.processes.backoff import Backoff
from trader.venues.hyperliquid.websocket import (
    ConnectionLost,
    Patience,
    Websocket,
    open_websocket,
)

log = structlog.get_logger()


async def stay_connected(
    url: str, patience: Patience, serve: Callable[[Websocket], Awaitable[Never]]
) -> Never:
    """Serve one connection after the other until cancelled.

    Between two there is a pause that doubles from one failure in a row to the next, and of which a
    random half is taken off, so that many clients do not come back to the venue in step.
    """
    backoff = Backoff()
    while True:
        began = time.monotonic()
        try:
            async with open_websocket(url, patience) as websocket:
                log.info("connected to the venue", url=url)
                await serve(websocket)
        except ConnectionLost as error:
            backoff = backoff.after_end(time.monotonic() - began)
            pause = backoff.seconds * random.uniform(0.5, 1.0)
            log.warning("the venue's websocket ended", why=str(error), again_in=f"{pause:.2f}s")
        await asyncio.sleep(pause)
