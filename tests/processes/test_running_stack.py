import stat
from pathlib import Path

import pytest

from trader.errors import Misconfigured
from trader.processes.running_stack import ENVIRONMENT, only_stack, publish, published

VARIABLES = {"TRADER_REDIS_URL": "redis://:p@w' $x@127.0.0.1:1/0", "TRADER_NETWORK": "local"}


def test_what_a_running_stack_publishes_is_found(tmp_path: Path) -> None:
    with only_stack(tmp_path):
        publish(tmp_path, VARIABLES)
        assert published(tmp_path) == VARIABLES
        assert stat.S_IMODE((tmp_path / ENVIRONMENT).stat().st_mode) == 0o600
    assert not (tmp_path / ENVIRONMENT).exists()
    assert published(tmp_path) == {}


def test_a_stack_that_was_killed_is_not_found(tmp_path: Path) -> None:
    publish(tmp_path, VARIABLES)
    assert published(tmp_path) == {}


def test_a_folder_has_one_stack(tmp_path: Path) -> None:
    with (
        only_stack(tmp_path),
        pytest.raises(Misconfigured, match="a stack runs already in"),
        only_stack(tmp_path),
    ):
        pass


def test_the_folder_is_free_again_after_the_stack(tmp_path: Path) -> None:
    for _ in range(2):
        with only_stack(tmp_path):
            publish(tmp_path, VARIABLES)


def test_a_folder_without_a_stack_stays_as_it_is(tmp_path: Path) -> None:
    assert published(tmp_path / "var") == {}
    assert not (tmp_path / "var").exists()
