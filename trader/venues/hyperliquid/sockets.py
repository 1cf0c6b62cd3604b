"""urllib3's connections, whose sockets can be cut from another thread at any moment of a call."""

import socket
import struct
from contextlib import suppress
from threading import Lock
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError

_DROP_UNSENT = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: what the kernel has not sent at the closing is dropped, not sent later."""


class Sockets:
    """The open sockets of one pool. Once cut, no byte leaves by them, nor by a later one.

    A second descriptor of each is kept: TLS takes the first one over while it shakes hands.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._is_cut = False

    def add(self, opened: socket.socket) -> socket.socket:
        """The second descriptor; the caller gives it back to `remove`. Raises OSError when cut."""
        with self._lock:
            if self._is_cut:
                raise ConnectionAbortedError("the connection came about after the deadline")
            second = opened.dup()
            self._open.add(second)
            return second

    def remove(self, second: socket.socket) -> None:
        """The first descriptor is closed."""
        with self._lock:
            self._open.discard(second)
            second.close()

    def cut(self) -> bool:
        """End every connection at once; whether there was one."""
        with self._lock:
            self._is_cut = True
            for second in self._open:
                with suppress(OSError):  # the other side may have ended it
                    second.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP_UNSENT)
                    second.shutdown(socket.SHUT_RDWR)
            return bool(self._open)


class CuttableConnection(HTTPConnection):
    """A connection that registers its socket for as long as that is open."""

    def __init__(self, *args: Any, sockets: Sockets, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sockets = sockets
        self._second: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        opened = super()._new_conn()
        try:
            self._second = self._sockets.add(opened)
        except OSError as error:
            opened.close()
            raise ConnectTimeoutError(self, str(error)) from error
        return opened

    def close(self) -> None:
        """Close the socket and forget it."""
        super().close()
        second, self._second = self._second, None
        if second is not None:
            self._sockets.remove(second)


class CuttableTlsConnection(CuttableConnection, HTTPSConnection):
    """The same with TLS."""
