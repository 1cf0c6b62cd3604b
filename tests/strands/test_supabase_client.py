"""Addresses and keys of Supabase, and the client of each process."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from trader.errors import Misconfigured
from trader.strands.supabase_client import ClientOfProcess, rest_root

KEY = SecretStr("sb_secret_of_nobody")


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("supabase+https://project.supabase.co", "https://project.supabase.co/rest/v1"),
        ("supabase+http://127.0.0.1:54321", "http://127.0.0.1:54321/rest/v1"),
        ("supabase+https://data.example.org:8443", "https://data.example.org:8443/rest/v1"),
        ("supabase+http://127.0.0.1:3000/", "http://127.0.0.1:3000/"),
        ("supabase+http://[::1]:3000/", "http://[::1]:3000/"),
        ("supabase+https://example.org/behind/a/proxy", "https://example.org/behind/a/proxy"),
    ],
)
def test_a_path_is_postgrests_own_and_none_is_a_projects(url: str, root: str) -> None:
    assert rest_root(url) == root


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("supabase+postgresql://host/db", "is no address of a Supabase project"),
        ("supabase+https://", "is no address"),
        ("supabase+project.supabase.co", "is no address"),
        ("supabase+", "is no address"),
        ("https://project.supabase.co", "is no address"),
        ("supabase+https://user:secret@project.supabase.co", "may have no user"),
        ("supabase+https://project.supabase.co?apikey=secret", "may have no user"),
        ("supabase+https://project.supabase.co#secret", "may have no user"),
    ],
)
def test_a_wrong_address_is_refused_in_one_line(url: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message) as refused:
        rest_root(url)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "use supabase+https://project.supabase.co" in str(refused.value)


@pytest.mark.parametrize("key", ["", "secret\n", " secret", "sec ret", "sécret", "secret\x00"])
def test_what_no_key_holds_is_refused_unseen(key: str) -> None:
    with pytest.raises(Misconfigured, match="TRADER_SUPABASE_KEY holds what no key") as refused:
        ClientOfProcess("http://127.0.0.1:3000/", SecretStr(key))
    assert "cret" not in str(refused.value)


def test_threads_share_a_client_until_it_is_closed() -> None:
    clients = ClientOfProcess("http://127.0.0.1:3000/", KEY)
    with clients.connected() as first, clients.connected() as second:
        assert first is second
    clients.close()
    with clients.connected() as third:
        assert third is not first
    clients.close()


def test_a_client_is_closed_when_its_last_user_is_done() -> None:
    clients = ClientOfProcess("http://127.0.0.1:3000/", KEY)
    with clients.connected() as client:
        http = client.postgrest.session
        clients.close()
        assert not http.is_closed
    assert http.is_closed


def test_what_is_inherited_by_a_fork_is_forgotten_not_closed() -> None:
    clients = ClientOfProcess("http://127.0.0.1:3000/", KEY)
    with clients.connected() as inherited:
        clients.forget()
        with clients.connected() as own:
            assert own is not inherited
        assert not inherited.postgrest.session.is_closed
    clients.close()
    inherited.postgrest.session.close()


def test_no_call_waits_for_ever() -> None:
    clients = ClientOfProcess("http://127.0.0.1:3000/", KEY)
    with clients.connected() as client:
        assert None not in client.postgrest.session.timeout.as_dict().values()
    clients.close()


def test_other_stores_do_without_supabase() -> None:
    code = "import sys, trader.strands.opening; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {"supabase", "postgrest", "httpx"} & set(imported.stdout.split()) == set()
