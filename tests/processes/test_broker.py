import os
import signal
import stat
from pathlib import Path

import pytest
import redis

from tests.support.real_processes import ignore_event, is_running
from trader.errors import Misconfigured
from trader.processes.broker import await_broker, prepare_broker, running_broker
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import NotReady, wait_until


def test_the_broker_asks_for_its_password(tmp_path: Path) -> None:
    with running_broker(tmp_path) as url:
        stranger = redis.Redis.from_url(url, password=None)
        stranger.connection_pool.connection_kwargs.pop("password")
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis.from_url(url) as client:
            assert client.set("key", "value")


def test_the_password_is_in_a_private_file_only(tmp_path: Path) -> None:
    broker = prepare_broker(tmp_path, durable=False)
    password = broker.url.split(":")[2].partition("@")[0]
    configuration = tmp_path / "valkey.conf"
    assert password in configuration.read_text()
    assert stat.S_IMODE(configuration.stat().st_mode) == 0o600
    assert not any(password in argument for argument in broker.program.arguments)
    assert password not in repr(broker)
    assert not any(password in value for value in broker.program.environment.values())


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with running_broker(tmp_path) as url, redis.Redis.from_url(url) as client:
        assert client.config_get("bind")["bind"] == "127.0.0.1"


@pytest.mark.parametrize(("durable", "expected"), [(True, b"value"), (False, None)])
def test_a_durable_broker_keeps_its_messages(
    tmp_path: Path, durable: bool, expected: bytes | None
) -> None:
    with running_broker(tmp_path, durable) as url, redis.Redis.from_url(url) as client:
        client.set("key", "value")
    with running_broker(tmp_path, durable) as url, redis.Redis.from_url(url) as client:
        assert client.get("key") == expected


def test_it_comes_back_at_the_same_address_after_a_kill(tmp_path: Path) -> None:
    broker = prepare_broker(tmp_path, durable=True)
    with Supervisor(tmp_path, ignore_event) as supervisor:
        supervisor.start(broker.program)
        await_broker(broker.url)
        with redis.Redis.from_url(broker.url) as client:
            client.set("key", "value")
            first = supervisor.pid("broker")
            assert first is not None
            os.kill(first, signal.SIGKILL)
            wait_until(lambda: supervisor.pid("broker") is None, 10, "the broker is dead")
            await_broker(broker.url)
            assert client.get("key") == b"value"
        second = supervisor.pid("broker")
        assert second is not None
        assert second != first
    assert not is_running(second)


def test_waiting_for_a_broker_that_is_not_there_says_so() -> None:
    with pytest.raises(NotReady, match=r"the broker answers PING: not so after 0\.2 s"):
        await_broker("redis://127.0.0.1:1/0", seconds=0.2)


def test_a_missing_server_is_one_clear_line(tmp_path: Path) -> None:
    missing = tmp_path / "no-such-server"
    with (
        pytest.raises(Misconfigured, match=r"cannot start broker .*no-such-server"),
        running_broker(tmp_path, executable=missing),
    ):
        pass
