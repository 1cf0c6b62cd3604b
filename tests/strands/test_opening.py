"""Addresses of stores, as SQLAlchemy writes them."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from trader.errors import Misconfigured
from trader.settings import Settings
from trader.strands.opening import (
    StoreKind,
    kind_of,
    open_configured_store,
    open_store,
    shown_address,
)
from trader.strands.postgres import PostgresStore
from trader.strands.store import StoreUnavailable


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite:///var/journal.db", StoreKind.SQLITE),
        ("postgresql://host/db", StoreKind.POSTGRESQL),
        ("postgres://host/db", StoreKind.POSTGRESQL),
        ("supabase+https://project.supabase.co", StoreKind.SUPABASE),
        ("supabase+http://127.0.0.1:3000/", StoreKind.SUPABASE),
    ],
)
def test_the_scheme_says_what_keeps_the_strands(url: str, kind: StoreKind) -> None:
    assert kind_of(url) is kind


def test_a_postgresql_address_opens_its_store(postgres_url: str) -> None:
    store = open_configured_store(Settings(store_url=postgres_url))
    assert isinstance(store, PostgresStore)
    store.close()


@pytest.mark.parametrize("host", ["example.org", "10.0.0.7:3000", "[2001:db8::1]:3000"])
def test_a_key_is_not_sent_in_clear_text(host: str) -> None:
    with pytest.raises(Misconfigured, match=r"in clear text: use supabase\+https"):
        open_store(f"supabase+http://{host}/", SecretStr("a-key"))


@pytest.mark.parametrize("host", ["127.0.0.1:1", "[::1]:1", "localhost:1", "postgrest:1"])
def test_it_is_on_this_machine_and_among_its_containers(host: str) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(f"supabase+http://{host}/", SecretStr("a-key"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host:5432/db?password=secret", "postgresql://host:5432/db"),
        ("postgres://host/db", "postgres://host/db"),
        ("sqlite:////var/journal.db", "sqlite:////var/journal.db"),
        ("supabase+https://project.supabase.co", "supabase+https://project.supabase.co"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_address(url) == shown


def test_an_absolute_address_has_four_slashes(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "journal.db"
    store = open_store(f"sqlite:///{path}")
    assert path.is_file()
    assert str(path) in store.check()
    store.close()


def test_a_relative_address_stays_when_the_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///var/journal.db")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    store.close()
    assert str(tmp_path / "var" / "journal.db") in store.check()
    store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://user:secret@host/db", r"unknown scheme 'mysql': use sqlite:///relative"),
        ("", "unknown scheme ''"),
        ("journal.db", "unknown scheme"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite:////", "names no file"),
        ("sqlite:///folder/", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://host/journal.db", "names no file"),
        ("sqlite:journal.db", "names no file"),
        ("sqlite:///journal.db?mode=ro", "has options"),
    ],
)
def test_a_wrong_address_is_refused_in_one_line(url: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message) as refused:
        open_store(url)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Misconfigured, match="cannot be made: Not a directory"):
        open_store(f"sqlite:///{tmp_path}/file/folder/journal.db")
