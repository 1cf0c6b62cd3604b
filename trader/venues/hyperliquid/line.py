"""One server's connections, on which every call is over by its deadline, whatever hangs.

A socket's timeout holds for one system call: for each address of a name, for each piece of a
reply. A server that sends one byte a second never meets it, and the look-up of a name has none.
So a call is made in a thread of its own, and waited for until its deadline; then the sockets are
cut, so that nothing more leaves, and the line with its thread is given up.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout

from trader.venues.hyperliquid.deadline import Deadline, DeadlinePassed
from trader.venues.hyperliquid.sockets import (
    CuttableConnection,
    CuttableTlsConnection,
    Sockets,
)

CLOSING_SECONDS = 0.5
"""How long a thread may take to close a connection that is cut: it need not wait for anything."""


class Line:
    """The connections of one pool, for one call at a time."""

    def __init__(self, pool: HTTPConnectionPool) -> None:
        self._sockets = Sockets()
        is_tls = isinstance(pool, HTTPSConnectionPool)
        pool.ConnectionCls = CuttableTlsConnection if is_tls else CuttableConnection
        pool.conn_kw["sockets"] = self._sockets
        self._pool = pool
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="venue-call")
        self.is_cut = False

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> BaseHTTPResponse:
        """The whole reply. Raises DeadlinePassed, and what urllib3 raises.

        Who is interrupted while waiting leaves no call behind either.
        """
        call = self._thread.submit(self._urlopen, url, body, headers, deadline.left())
        try:
            return call.result(deadline.left())
        except TimeoutError as error:
            may_have_left = self._cut(call)
            text = "not over by its deadline" if may_have_left else "no connection by its deadline"
            raise DeadlinePassed(text, may_have_left=may_have_left) from error
        finally:
            if not call.done():
                self._cut(call)

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False)

    def _cut(self, call: Future[BaseHTTPResponse]) -> bool:
        """End the call; whether it had a connection, which is closed then."""
        self.is_cut = True
        had_connection = self._sockets.cut()
        if had_connection:
            wait([call], CLOSING_SECONDS)
        return had_connection

    def _urlopen(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> BaseHTTPResponse:
        """Nothing is retried, and a redirection is not followed: it would carry the action away."""
        return self._pool.urlopen(
            "POST",
            url,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=seconds, read=seconds),
        )
