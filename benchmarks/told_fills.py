"""The venue's messages of an account as anybody hears them: a clock beside the stream's ears."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread

from websockets.sync.client import connect
from websockets.sync.connection import Connection

from trader.venues.hyperliquid.messages import Confirmed, OrderNews, parse_message
from trader.venues.hyperliquid.subscriptions import account_channels, request
from trader.venues.hyperliquid.websocket import websocket_url
from trader.venues.orders import VenueOrderState

WAIT_SECONDS = 30.0


class ToldFills:
    """When the messages came that orders are filled, on a connection of its own."""

    def __init__(self, connection: Connection, account: str) -> None:
        self._connection = connection
        self._account = account
        self._told: SimpleQueue[tuple[str | None, float]] = SimpleQueue()

    def arrival(self, cloid: str) -> float:
        """The time, seconds since the epoch, for the order that is filled next.

        Raises RuntimeError when another order was filled, queue.Empty when none was.
        """
        told, at = self._told.get(timeout=WAIT_SECONDS)
        if told != cloid:
            raise RuntimeError(f"{told} was filled, not {cloid}")
        return at

    def subscribe(self) -> None:
        """Ask for all that the stream asks for of the account, and return when it is granted."""
        wanted = account_channels(self._account)
        for subscription in wanted:
            self._connection.send(request("subscribe", subscription))
        while wanted:
            message = parse_message(str(self._connection.recv(WAIT_SECONDS)), self._account)
            if isinstance(message, Confirmed):
                wanted -= {message.subscription}

    def listen(self) -> None:
        """Until the connection is closed from this side."""
        for text in self._connection:
            at = time.time()
            message = parse_message(str(text), self._account)
            if isinstance(message, OrderNews):
                for report in message.reports:
                    if report.state is VenueOrderState.FILLED:
                        self._told.put((report.cloid, at))


@contextmanager
def told_fills(url: str, account: str) -> Iterator[ToldFills]:
    """Listens in a thread while the context lasts."""
    with connect(websocket_url(url), compression=None) as connection:
        fills = ToldFills(connection, account)
        fills.subscribe()
        listening = Thread(target=fills.listen)
        listening.start()
        yield fills
    listening.join()
