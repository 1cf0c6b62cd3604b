"""Settings from the environment: what is refused, and what is never shown."""

import pytest

from trader.errors import Misconfigured
from trader.settings import read_settings

PROJECT = "supabase+https://project.supabase.co"
KEY = "sb_secret_abcdef"


def test_the_supabase_key_is_read_and_never_shown() -> None:
    settings = read_settings({"TRADER_STORE_URL": PROJECT, "TRADER_SUPABASE_KEY": KEY})
    assert settings.supabase_key is not None
    assert settings.supabase_key.get_secret_value() == KEY
    assert KEY not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize("given", [{}, {"TRADER_SUPABASE_KEY": ""}])
def test_a_supabase_store_needs_its_key(given: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="set TRADER_SUPABASE_KEY to its secret key"):
        read_settings({"TRADER_STORE_URL": PROJECT} | given)


@pytest.mark.parametrize("url", ["sqlite:///var/trader.db", "postgresql://trader@127.0.0.1/trader"])
@pytest.mark.parametrize("given", [{}, {"TRADER_SUPABASE_KEY": ""}])
def test_other_stores_need_no_key(url: str, given: dict[str, str]) -> None:
    assert read_settings({"TRADER_STORE_URL": url} | given).store_url == url


@pytest.mark.parametrize(
    "wrong", [{"TRADER_LOG_LEVEL": "LOUD"}, {"TRADER_NETWORK": "mainnet"}, {"TRADER_SUPBASE": "x"}]
)
def test_what_is_wrong_beside_it_does_not_show_the_key(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_settings({"TRADER_SUPABASE_KEY": KEY} | wrong)
    assert KEY[:6] not in f"{refused.value} {refused.value.__cause__}"
