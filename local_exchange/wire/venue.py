"""The exchange with its wire around it: one request, one query or one step at a time."""

import time
from collections.abc import Callable
from typing import Any

from local_exchange.engine.exchange import Exchange
from local_exchange.wire import information
from local_exchange.wire.envelope import Envelope
from local_exchange.wire.hub import Hub
from local_exchange.wire.publisher import Publisher
from local_exchange.wire.queries import Query
from local_exchange.wire.trading import TradingDesk

Clock = Callable[[], int]
"""Milliseconds since the epoch."""


def wall_clock_ms() -> int:
    """The time that clients make their nonces from."""
    return time.time_ns() // 1_000_000


class Venue:
    """Everything behind the sockets, called from one event loop only."""

    def __init__(self, exchange: Exchange, clock: Clock = wall_clock_ms) -> None:
        self.exchange = exchange
        self.hub = Hub()
        self.publisher = Publisher(exchange, self.hub)
        self._desk = TradingDesk(exchange)
        self._clock = clock

    def trade(self, envelope: Envelope) -> dict[str, Any]:
        """Execute a signed request; listeners are told before it is answered."""
        answer = self._desk.handle(envelope, self._clock())
        self.publisher.publish()
        return answer

    def inform(self, query: Query) -> Any:
        """Answer a query."""
        return information.answer(self.exchange, query)

    def advance(self) -> None:
        """Let the market move to the present."""
        self.exchange.advance(self._clock())
        self.publisher.publish()
