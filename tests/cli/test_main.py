"""The command as people run it: a process, its output and its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trader.processes.running_stack import only_stack, publish


def trader(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trader", *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["up", "doctor", "exchange"])
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    answer = trader(tmp_path, command, "--help")
    assert answer.returncode == 0
    assert "Usage" in answer.stdout


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("TRADER_HEARTBEAT", "5", "unknown setting TRADER_HEARTBEAT"),
        ("TRADER_NETWORK", "mainnet", "set TRADER_LIVE=true as well"),
        ("TRADER_NETWORK", "tesnet", "TRADER_NETWORK: Input should be 'local'"),
        ("TRADER_HEARTBEAT_SECONDS", "0", "TRADER_HEARTBEAT_SECONDS: Input should be greater"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    tmp_path: Path, name: str, value: str, line: str
) -> None:
    answer = trader(tmp_path, "up", **{name: value})
    assert answer.returncode == 2
    assert line in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert not (tmp_path / "var").exists()


def test_nothing_starts_on_a_real_network_while_something_is_wrong(tmp_path: Path) -> None:
    offline = {"HTTPS_PROXY": "http://127.0.0.1:1"}
    answer = trader(tmp_path, "up", TRADER_NETWORK="testnet", **offline)
    assert answer.returncode == 2
    assert "no signing key" in " ".join(answer.stdout.split())
    assert answer.stderr == ("trader: not started: nothing may be wrong when trading on testnet\n")


def test_a_second_stack_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with only_stack(tmp_path / "var"):
        answer = trader(tmp_path, "up")
    assert answer.returncode == 2
    assert "a stack runs already" in answer.stderr


def test_commands_find_the_running_stack(tmp_path: Path) -> None:
    with only_stack(tmp_path / "var"):
        publish(tmp_path / "var", {"TRADER_NETWORK": "testnet", "TRADER_LIVE": "true"})
        assert settings_text(tmp_path) == "network testnet, live true"
        assert settings_text(tmp_path, TRADER_NETWORK="local") == "network local, live true"
    assert settings_text(tmp_path) == "network local, live false"


def settings_text(folder: Path, **variables: str) -> str:
    nowhere = {"TRADER_REDIS_URL": "redis://127.0.0.1:1/0", "TRADER_VENUE_TIMEOUT_SECONDS": "0.1"}
    answer = trader(folder, "doctor", "--json", **nowhere, **variables)
    report = json.loads(answer.stdout)
    assert (answer.returncode, report["healthy"]) == (1, False)
    return str(report["findings"][0]["text"])
