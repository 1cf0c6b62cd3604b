"""The connections to the venue: a JSON body out, a JSON body back, nothing done twice.

The SDK posts through a `requests` session, which prepares each call from the beginning, while an
order waits. Here the session only says, once, what the environment wants (proxies, certificates);
each call goes to the urllib3 pool below it.
"""

import json

from requests import Request, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, Timeout

from trader.errors import Misconfigured
from trader.strands.strand import Json

_OK = 200


class HttpStatusError(Exception):
    """The reply was not 200."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text:.500}")
        self.status = status


class NotJson(Exception):
    """The reply was 200, and its body is not JSON."""


class Connection:
    """One server's connections, kept open; `timeout` is in seconds, to connect and to read each."""

    def __init__(self, session: Session, url: str, timeout: float) -> None:
        self._request = session.prepare_request(Request("POST", url))
        self._environment = session.merge_environment_settings(url, {}, None, None, None)
        self._headers = {name: str(value) for name, value in session.headers.items()}
        self._timeout = Timeout(connect=timeout, read=timeout)
        self._adapter = HTTPAdapter()
        self._open()

    def post(self, path: str, payload: Json) -> Json:
        """The reply's body. Raises HttpStatusError, NotJson, and what urllib3 raises.

        Nothing is retried, and a redirection is not followed: it would carry the action elsewhere.
        """
        response = self._pool.urlopen(
            "POST",
            self._prefix + path,
            body=json.dumps(payload, allow_nan=False).encode(),
            headers=self._headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=self._timeout,
        )
        if response.status != _OK:
            raise HttpStatusError(response.status, response.data.decode(errors="replace"))
        try:
            reply: Json = json.loads(response.data)
        except ValueError as error:
            raise NotJson(f"{response.data!r:.500}") from error
        return reply

    def forget_idle(self) -> None:
        """Close what is open; the next call connects anew."""
        self._adapter.close()
        self._open()

    def _open(self) -> None:
        proxies, verify = self._environment["proxies"], self._environment["verify"]
        pool = self._adapter.get_connection_with_tls_context(self._request, verify, proxies)
        if not isinstance(pool, HTTPConnectionPool):
            raise Misconfigured(f"the venue's URL {self._request.url!r} must be one of HTTP")
        # Its stub has no types.
        self._adapter.cert_verify(pool, self._request.url, verify, None)  # type: ignore[no-untyped-call]
        self._pool = pool
        # A proxy that is no tunnel wants the whole URL.
        self._prefix = self._adapter.request_url(self._request, proxies).rstrip("/")
