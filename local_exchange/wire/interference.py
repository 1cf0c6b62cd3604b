"""Where the traffic can be disturbed on purpose between the wire and the exchange."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from local_exchange.wire.actions import Action
from local_exchange.wire.connection import Connection
from local_exchange.wire.hub import Line
from local_exchange.wire.queries import Query

Json = dict[str, Any]


class Interference(Protocol):
    """Asked at each point; None means that the exchange goes on by itself."""

    def clock_error_ms(self) -> int:
        """How far the venue's clock is ahead."""

    def refusal(self, user: str, action: Action, now_ms: int) -> Json | None:
        """The answer that is given to an admitted action instead of executing it."""

    def answer(self, query: Query, now_ms: int) -> Json | None:
        """The answer that is given to a query instead of the true one."""

    def connected(self, connection: Connection) -> AbstractContextManager[Line]:
        """While a socket is open: what is sent to it goes through the line."""
