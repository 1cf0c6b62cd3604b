import os
from pathlib import Path

import pytest

from tests.support.real_processes import processes_in, real_stack
from trader.errors import Misconfigured
from trader.processes.commands import QUEUES
from trader.processes.stack import patience_of
from trader.settings import read_settings


def test_a_stack_uses_the_broker_it_is_given_and_brings_the_rest(
    tmp_path: Path, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with real_stack(tmp_path, {"TRADER_REDIS_URL": broker_url}, "--frozen") as stack:
        assert stack.environment["TRADER_REDIS_URL"] == broker_url
        assert stack.settings.account_address is not None
        workers = tuple(f"worker-{queue}" for queue in QUEUES)
        assert stack.supervisor.names() == ("local-exchange", *workers, "stream", "beat")
        stack.await_workers()
        assert stack.failure() is None
    assert processes_in(tmp_path) == {os.getpid()}


def test_an_account_without_its_key_is_one_clear_line(tmp_path: Path, broker_url: str) -> None:
    variables = {"TRADER_REDIS_URL": broker_url, "TRADER_ACCOUNT_ADDRESS": "0x" + "11" * 20}
    with (
        pytest.raises(Misconfigured, match="no signing key: set TRADER_PRIVATE_KEY"),
        real_stack(tmp_path, variables, "--frozen"),
    ):
        pass


def test_who_is_stopped_may_finish_an_order_that_is_being_sent() -> None:
    variables = {"TRADER_VENUE_TIMEOUT_SECONDS": "7", "TRADER_ORDER_EXPIRY_SECONDS": "30"}
    assert patience_of(read_settings(variables)) == 37
