"""The connections to the venue: a JSON body out, a JSON body back, nothing done twice.

The SDK posts through a `requests` session, which prepares each call from the beginning, while an
order waits. Here the session only says, once, what the environment wants (proxies, certificates);
each call goes to the urllib3 pool below it.
"""

import json
import threading
import time

from requests import Request, Session
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool

from trader.errors import Misconfigured
from trader.strands.strand import Json
from trader.venues.hyperliquid.deadline import Deadline, DeadlinePassed
from trader.venues.hyperliquid.line import Line

MAX_IDLE_SECONDS = 30.0
"""The venue forgets idle connections without a word, and a post on one has no known outcome."""

_OK = 200


class HttpStatusError(Exception):
    """The reply was not 200."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text:.500}")
        self.status = status


class NotJson(Exception):
    """The reply was 200, and its body is not JSON."""


class Connection:
    """One server's connections, kept open, for one call at a time; never across a fork."""

    def __init__(self, session: Session, url: str) -> None:
        self._request = session.prepare_request(Request("POST", url))
        self._environment = session.merge_environment_settings(url, {}, None, None, None)
        self._headers = {name: str(value) for name, value in session.headers.items()}
        self._turn = threading.Lock()
        self._used_at = time.monotonic()
        self._open()

    def post(self, path: str, payload: Json, deadline: Deadline) -> Json:
        """The reply's body. Raises HttpStatusError, NotJson, DeadlinePassed, and urllib3's.

        The wait for another thread's call counts too: after the deadline no byte leaves.
        """
        body = json.dumps(payload, allow_nan=False).encode()
        if not self._turn.acquire(timeout=deadline.left()):
            raise DeadlinePassed("another call is not over by its deadline", may_have_left=False)
        try:
            response = self._post(self._prefix + path, body, deadline)
        finally:
            self._turn.release()
        return _body_of(response)

    def _post(self, url: str, body: bytes, deadline: Deadline) -> BaseHTTPResponse:
        if self._line.is_cut or time.monotonic() - self._used_at > MAX_IDLE_SECONDS:
            self._line.close()
            self._adapter.close()
            self._open()
        if not deadline.left():
            raise DeadlinePassed("its deadline had passed before", may_have_left=False)
        try:
            return self._line.post(url, body, self._headers, deadline)
        finally:
            self._used_at = time.monotonic()

    def _open(self) -> None:
        self._adapter = HTTPAdapter()
        proxies, verify = self._environment["proxies"], self._environment["verify"]
        pool = self._adapter.get_connection_with_tls_context(self._request, verify, proxies)
        if not isinstance(pool, HTTPConnectionPool):
            raise Misconfigured(f"the venue's URL {self._request.url!r} must be one of HTTP")
        # Its stub has no types.
        self._adapter.cert_verify(pool, self._request.url, verify, None)  # type: ignore[no-untyped-call]
        self._line = Line(pool)
        # A proxy that is no tunnel wants the whole URL.
        self._prefix = self._adapter.request_url(self._request, proxies).rstrip("/")


def _body_of(response: BaseHTTPResponse) -> Json:
    if response.status != _OK:
        raise HttpStatusError(response.status, response.data.decode(errors="replace"))
    try:
        body: Json = json.loads(response.data)
    except ValueError as error:
        raise NotJson(f"{response.data!r:.500}") from error
    return body
