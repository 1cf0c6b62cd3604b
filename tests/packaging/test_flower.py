"""flowerconfig.py keeps Flower to this machine."""

import runpy

import pytest

from tests.support.packaging import ROOT

CONFIGURATION = str(ROOT / "flowerconfig.py")


def test_flower_is_on_loopback_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWER_ADDRESS", raising=False)
    assert runpy.run_path(CONFIGURATION)["address"] == "127.0.0.1"


def test_flower_is_not_opened_to_others_without_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWER_ADDRESS", "0.0.0.0")
    monkeypatch.delenv("FLOWER_BASIC_AUTH", raising=False)
    with pytest.raises(SystemExit, match=r"set FLOWER_BASIC_AUTH \(name:password\)"):
        runpy.run_path(CONFIGURATION)


def test_with_a_password_it_listens_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWER_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("FLOWER_BASIC_AUTH", "operator:secret")
    assert runpy.run_path(CONFIGURATION)["address"] == "0.0.0.0"
