"""Websockets whose messages are lost, doubled, or late."""

import asyncio
import json

from local_exchange.faults.board import FaultBoard
from local_exchange.faults.socket_faults import (
    UPDATE_CHANNEL,
    FillDuplicated,
    Message,
    MessageLost,
    SocketClosed,
    SocketOccurrence,
    SocketSilent,
    UpdatesReordered,
)
from local_exchange.wire.connection import Connection


class DisturbedLine:
    """The sending side of one socket, with the faults in between."""

    def __init__(self, connection: Connection, board: FaultBoard) -> None:
        self._connection = connection
        self._board = board
        self._is_silent = False
        self._held: str | None = None
        self._release: asyncio.TimerHandle | None = None

    def send(self, text: str) -> None:
        """Queue one message, if nothing prevents it."""
        if self._is_silent:
            return
        if self._board.is_calm and self._held is None:
            self._connection.send(text)
            return
        message = Message.of(text)
        strikes = self._board.strikes_on_message(message)
        self._send_struck(message, [strike.fault for strike in strikes])

    def abort(self) -> None:
        """Drop the connection without a closing frame."""
        self._connection.abort()

    def close(self) -> None:
        """The socket has closed: what is held is lost."""
        self._forget_held()

    def suffer(self, fault: SocketOccurrence) -> bool:
        """Whether the fault ended what is sent, the message included."""
        match fault:
            case SocketClosed():
                self._is_silent = True
                self.abort()
            case SocketSilent():
                self._is_silent = True
                self._connection.hold_open()
            case _:
                return isinstance(fault, MessageLost)
        return True

    def _send_struck(self, message: Message, faults: list[SocketOccurrence]) -> None:
        for fault in faults:
            if self.suffer(fault):
                return
        reordering = next((each for each in faults if isinstance(each, UpdatesReordered)), None)
        text = message.text if reordering is None else _reversed(message.text)
        if reordering is not None and self._held is None:
            self._hold(text, reordering.hold_ms)
            return
        self._connection.send(text)
        if any(isinstance(fault, FillDuplicated) for fault in faults):
            self._connection.send(text)
        if message.channel == UPDATE_CHANNEL:
            self._send_held()

    def _hold(self, text: str, hold_ms: int) -> None:
        self._held = text
        loop = asyncio.get_running_loop()
        self._release = loop.call_later(hold_ms / 1_000, self._send_held)

    def _send_held(self) -> None:
        text = self._held
        self._forget_held()
        if text is not None and not self._is_silent:
            self._connection.send(text)

    def _forget_held(self) -> None:
        self._held = None
        if self._release is not None:
            self._release.cancel()
            self._release = None


def _reversed(text: str) -> str:
    message = json.loads(text)
    message["data"].reverse()
    return json.dumps(message, separators=(",", ":"))
