"""Connections as the environment wants them: proxies, certificates; nothing followed or retried."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from requests import Session
from urllib3.exceptions import HTTPError, SSLError

from tests.support.certificates import self_signed, server_context
from tests.venues.scripted_venue import ScriptedVenue, reply, reply_json
from trader.venues.hyperliquid import connection as connection_module
from trader.venues.hyperliquid.connection import Connection, HttpStatusError, NotJson
from trader.venues.hyperliquid.deadline import Deadline

TIMEOUT = 5.0
QUERY = {"type": "meta"}


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


@pytest.fixture
def secure_venue(scripted_venue: ScriptedVenue, certificate: Path) -> Iterator[str]:
    """The scripted venue behind TLS, by its URL."""
    context = server_context(certificate)
    scripted_venue.socket = context.wrap_socket(scripted_venue.socket, server_side=True)
    scripted_venue.behaviour = reply_json({"universe": []})
    return scripted_venue.url.replace("http:", "https:")


def connection(url: str) -> Connection:
    return Connection(Session(), url)


def in_time() -> Deadline:
    return Deadline(TIMEOUT)


def test_a_body_goes_out_and_one_comes_back(scripted_venue: ScriptedVenue) -> None:
    scripted_venue.behaviour = reply_json({"name": "Müller"})
    assert connection(scripted_venue.url).post("/info", QUERY, in_time()) == {"name": "Müller"}
    ((path, body),) = scripted_venue.received
    assert (path, json.loads(body)) == ("/info", QUERY)


def test_a_path_of_the_url_is_kept(scripted_venue: ScriptedVenue) -> None:
    scripted_venue.behaviour = reply_json({})
    connection(scripted_venue.url + "/behind").post("/info", QUERY, in_time())
    assert scripted_venue.received[0][0] == "/behind/info"


@pytest.mark.parametrize("status", [204, 302, 307, 404, 500])
def test_any_other_status_is_an_exception(scripted_venue: ScriptedVenue, status: int) -> None:
    scripted_venue.behaviour = reply(status, "", Location="/elsewhere")
    with pytest.raises(HttpStatusError, match=str(status)) as refused:
        connection(scripted_venue.url).post("/exchange", QUERY, in_time())
    assert refused.value.status == status
    assert len(scripted_venue.received) == 1


@pytest.mark.parametrize("body", ["", "<html>", "{"])
def test_a_body_that_is_not_json_is_shown(scripted_venue: ScriptedVenue, body: str) -> None:
    scripted_venue.behaviour = reply(200, body)
    with pytest.raises(NotJson, match=repr(body.encode())):
        connection(scripted_venue.url).post("/info", QUERY, in_time())


def test_a_proxy_of_the_environment_is_used(
    scripted_venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", scripted_venue.url)
    scripted_venue.behaviour = reply_json({})
    connection("http://venue.invalid").post("/info", QUERY, in_time())
    assert scripted_venue.received[0][0] == "http://venue.invalid/info"


def test_who_needs_no_proxy_has_none(
    scripted_venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    scripted_venue.behaviour = reply_json({})
    assert connection(scripted_venue.url).post("/info", QUERY, in_time()) == {}


def test_a_certificate_that_nobody_knows_is_refused(
    scripted_venue: ScriptedVenue, secure_venue: str
) -> None:
    with pytest.raises(SSLError, match="certificate verify failed"):
        connection(secure_venue).post("/info", QUERY, in_time())
    assert scripted_venue.received == []


def test_a_certificate_that_the_environment_knows_is_taken(
    secure_venue: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(connection_module, "MAX_IDLE_SECONDS", -1.0)
    known = connection(secure_venue)
    assert known.post("/info", QUERY, in_time()) == {"universe": []}
    assert known.post("/info", QUERY, in_time()) == {"universe": []}


def test_a_server_that_is_not_there_is_urllib3s_exception() -> None:
    with pytest.raises(HTTPError):
        connection("http://venue.invalid").post("/info", QUERY, in_time())
