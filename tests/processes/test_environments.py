import sys
from pathlib import Path

import pytest

from trader.processes.commands import pipeline
from trader.processes.environments import for_command, for_stranger, publishable
from trader.settings import CREDENTIAL_NAMES, SECRET_NAMES

KEYS = dict.fromkeys(SECRET_NAMES, "secret")
ENVIRONMENT = {"PATH": "/bin", "TRADER_NETWORK": "local", "UNRELATED": "x", **KEYS}


def test_only_the_exchange_queue_is_given_the_key() -> None:
    holders = {
        command.name
        for command in pipeline()
        if not CREDENTIAL_NAMES.isdisjoint(for_command(ENVIRONMENT, command.signs))
    }
    assert holders == {"worker-exchange"}


def test_a_stranger_gets_no_setting_of_ours() -> None:
    assert set(for_stranger(ENVIRONMENT)) == {"PATH", "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("environment", [{"PATH": "/bin"}, {}])
def test_our_own_executables_come_first(environment: dict[str, str]) -> None:
    first = for_stranger(environment)["PATH"].split(":")[0]
    assert first == str(Path(sys.executable).parent)


def test_a_key_that_was_given_is_never_published() -> None:
    assert publishable(ENVIRONMENT, given=ENVIRONMENT) == {"TRADER_NETWORK": "local"}


def test_a_key_of_our_own_making_is_published() -> None:
    environment = {"TRADER_PRIVATE_KEY": "throw-away"}
    assert publishable(environment, given={}) == environment
