"""The Supabase client of this process: built when it is first needed, never across a fork."""

import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakSet

import httpx
from pydantic import SecretStr

from trader.errors import Misconfigured
from trader.strands.supabase_errors import require_success

if TYPE_CHECKING:
    from supabase import Client

SCHEME = "supabase+"
_FORMS = (
    "use supabase+https://project.supabase.co, or PostgREST's own address with a path, as in "
    "supabase+http://127.0.0.1:3000/"
)
_GATEWAY_PATH = "/rest/v1"
_KEY = re.compile("[!-~]+")

# A project cuts a statement off after 8 s and says so: we wait longer than that.
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_LIMITS = httpx.Limits(max_connections=20, keepalive_expiry=15.0)


def rest_root(url: str) -> str:
    """The address of PostgREST that a store's url names. Raises Misconfigured.

    A url with a path, be it `/` alone, is PostgREST's own; one without is a Supabase project's,
    whose gateway serves PostgREST under /rest/v1.
    """
    parts = urlsplit(url.removeprefix(SCHEME))
    if "@" in parts.netloc or "?" in url or "#" in url:
        # The url may hold a secret: it is not repeated.
        raise Misconfigured(f"store_url may have no user, options or fragment: {_FORMS}")
    if not url.startswith(SCHEME) or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Misconfigured(f"store_url {url!r} is no address of a Supabase project: {_FORMS}")
    return parts.geturl() if parts.path else parts.geturl() + _GATEWAY_PATH


@dataclass(slots=True)
class _Connected:
    """A client with its connections, and how many threads use it now."""

    client: "Client"
    http: httpx.Client
    users: int = 0
    is_retired: bool = False

    def close_when_unused(self) -> None:
        if self.is_retired and self.users == 0:
            self.http.close()


class ClientOfProcess:
    """One client for all threads of a process.

    A client that crossed a fork would read the answers to the other process's requests: a child
    begins without connections, and leaves those of its parent alone.
    """

    def __init__(self, root: str, key: SecretStr) -> None:
        if not _KEY.fullmatch(key.get_secret_value()):
            # Sent as it is, it would stand in the text of the HTTP library's refusal.
            raise Misconfigured(
                "TRADER_SUPABASE_KEY holds what no key does, such as a space or a line's end: "
                "copy it again"
            )
        self._root = root
        self._key = key
        self._lock = Lock()
        self._current: _Connected | None = None
        _clients.add(self)

    @contextmanager
    def connected(self) -> Iterator["Client"]:
        """The client; each of its calls ends in a success of PostgREST's, or raises Refused."""
        with self._lock:
            if self._current is None:
                self._current = _connect(self._root, self._key)
            used = self._current
            used.users += 1
        try:
            yield used.client
        finally:
            with self._lock:
                used.users -= 1
                used.close_when_unused()

    def close(self) -> None:
        """Close the connections once nobody uses them; a later call opens new ones."""
        with self._lock:
            if self._current is not None:
                self._current.is_retired = True
                self._current.close_when_unused()
                self._current = None

    def forget(self) -> None:
        """Begin anew in a child process, and keep the parent's connections open for it."""
        if self._current is not None:
            _of_parents.append(self._current)
        self._lock = Lock()
        self._current = None


def _connect(root: str, key: SecretStr) -> _Connected:
    # Imported here: a quarter of a second, and 30 MB, that other stores can do without.
    from supabase import ClientOptions, create_client
    from yarl import URL

    # Not HTTP/2, the default of supabase-py: there, a connection that the server recycles takes
    # requests of other threads with it.
    http = httpx.Client(
        http2=False,
        verify=_certificates(),
        timeout=_TIMEOUT,
        limits=_LIMITS,
        event_hooks={"request": [_ask_for_utc], "response": [require_success]},
    )
    options = ClientOptions(
        httpx_client=http,
        auto_refresh_token=False,
        persist_session=False,
        postgrest_client_retry=False,  # it sleeps for up to 7 s, and retries no write
    )
    client = create_client(root, key.get_secret_value(), options)
    client.rest_url = URL(root)
    return _Connected(client, http)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom we trust. Reading them is most of the work of a new client: once is enough."""
    return httpx.create_ssl_context()


def _ask_for_utc(request: httpx.Request) -> None:
    """In a zone of the database's own, times of the years 1 and 9999 would leave Python's range."""
    preferences = [request.headers.get("prefer"), "timezone=UTC"]
    request.headers["prefer"] = ",".join(filter(None, preferences))


_clients: WeakSet[ClientOfProcess] = WeakSet()
_of_parents: list[_Connected] = []


def _forget_all() -> None:
    for client in list(_clients):
        client.forget()


os.register_at_fork(after_in_child=_forget_all)
