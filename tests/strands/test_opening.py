"""Addresses of stores, as SQLAlchemy writes them."""

from pathlib import Path

import pytest

from trader.errors import Misconfigured
from trader.strands.opening import open_store


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
