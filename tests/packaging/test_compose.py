"""docker-compose.yml, as far as it can be judged without a Docker engine."""

import re
from typing import Any

import pytest
import yaml

from tests.support.packaging import ROOT, procfile_commands
from trader.processes.stack import patience_of
from trader.settings import CREDENTIAL_NAMES, Settings, read_settings

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service}
SECRET = re.compile(r"PASSWORD|BASIC_AUTH|_KEY$|SECRET|TOKEN")
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
EMPTY = re.compile(r"\$\{\w+-\}")
"""What cannot be required, because Compose reads the variables of an idle profile too."""


def test_it_has_the_stores_and_every_process_of_the_procfile() -> None:
    assert set(SERVICES) == {"redis", "postgres", "postgrest", *procfile_commands()}
    assert set(procfile_commands()) == OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_runs_the_command_of_the_procfile(name: str) -> None:
    assert SERVICES[name]["command"] == procfile_commands()[name]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_has_a_healthcheck_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_workers_healthcheck_asks_its_own_node(name: str) -> None:
    queue = name.removeprefix("worker-")
    asks = f"--destination {queue}@$$HOSTNAME" in SERVICES[name]["healthcheck"]["test"][1]
    assert asks is name.startswith("worker-")


def test_every_password_is_required_and_none_is_published() -> None:
    secrets = [
        (name, key, value)
        for name, service in SERVICES.items()
        for key, value in service.get("environment", {}).items()
        if SECRET.search(key)
    ]
    assert len(secrets) >= 4
    assert [found for found in secrets if not is_from_outside(*found)] == []
    with_default = re.findall(r"\$\{(\w+):?-[^}]", TEXT)
    assert [name for name in with_default if SECRET.search(name)] == []


def is_from_outside(service: str, name: str, value: str | None) -> bool:
    """Whether a secret is the environment's alone. One without a value is handed through."""
    if name.startswith("POSTGREST") or "profiles" in SERVICES[service]:
        return EMPTY.fullmatch(value or "") is not None
    return value is None or REQUIRED.fullmatch(value) is not None


def test_only_the_data_api_waits_for_its_profile() -> None:
    with_profile = {name: s["profiles"] for name, s in SERVICES.items() if "profiles" in s}
    assert with_profile == {"postgrest": ["supabase"]}


def test_redis_takes_its_password_from_the_environment_not_the_command_line() -> None:
    assert "requirepass $$REDIS_PASSWORD" in SERVICES["redis"]["command"][2]
    assert REQUIRED.search(SERVICES["worker-monitor"]["environment"]["TRADER_REDIS_URL"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_stopped_service_may_finish_an_order_that_is_being_sent(name: str) -> None:
    grace = float(SERVICES[name]["stop_grace_period"].removesuffix("s"))
    assert grace >= patience_of(read_settings({}))


def test_only_the_exchange_worker_is_given_the_key() -> None:
    holders = {
        name
        for name, service in SERVICES.items()
        if not CREDENTIAL_NAMES.isdisjoint(service.get("environment", {})) or "secrets" in service
    }
    assert holders == {"worker-exchange"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_is_known(name: str) -> None:
    known = {f"TRADER_{field.upper()}" for field in Settings.model_fields} | CREDENTIAL_NAMES
    given = {key for key in SERVICES[name]["environment"] if key.startswith("TRADER_")}
    assert given <= known


def test_nothing_is_open_to_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:5555:5555"]
