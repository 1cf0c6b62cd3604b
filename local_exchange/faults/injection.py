"""All faults of one exchange, as its wire meets them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local_exchange.engine.exchange import Exchange
from local_exchange.faults.board import FaultBoard
from local_exchange.faults.fault import Fault
from local_exchange.faults.lines import DisturbedLine
from local_exchange.faults.refusals import Refusals
from local_exchange.faults.socket_faults import SocketClosed, SocketSilent
from local_exchange.faults.venue_faults import ClockSkewed
from local_exchange.faults.visibility import Visibility
from local_exchange.wire.actions import Action
from local_exchange.wire.connection import Connection
from local_exchange.wire.hub import Line
from local_exchange.wire.queries import Query

Json = dict[str, Any]


class FaultInjection:
    """The interference between wire and exchange, governed by a board."""

    def __init__(self, exchange: Exchange, board: FaultBoard) -> None:
        self.board = board
        self._refusals = Refusals(board, exchange)
        self._visibility = Visibility(board, exchange)
        self._lines: set[DisturbedLine] = set()

    def add(self, fault: Fault) -> int:
        """Set a fault; one that ends or silences sockets begins with those that are open."""
        number = self.board.add(fault)
        if isinstance(fault, SocketClosed | SocketSilent) and not fault.channels:
            for line in list(self._lines):
                if self.board.strikes_now(number):
                    line.suffer(fault)
        return number

    def clock_error_ms(self) -> int:
        """How far the venue's clock is ahead."""
        if self.board.is_calm:
            return 0
        return sum(fault.ms for fault in self.board.conditions(ClockSkewed))

    def refusal(self, user: str, action: Action, now_ms: int) -> Json | None:
        """The answer that is given to an admitted action instead of executing it."""
        return None if self.board.is_calm else self._refusals.refusal(user, action, now_ms)

    def answer(self, query: Query, now_ms: int) -> Json | None:
        """The answer that is given to a query instead of the true one."""
        return None if self.board.is_calm else self._visibility.answer(query, now_ms)

    @contextmanager
    def connected(self, connection: Connection) -> Iterator[Line]:
        """While a socket is open: what is sent to it goes through the line."""
        line = DisturbedLine(connection, self.board)
        self._lines.add(line)
        try:
            yield line
        finally:
            self._lines.remove(line)
            line.close()
