"""What a worker does with the messages in its hands when it loses its broker."""

from collections.abc import Iterator
from queue import Empty

import pytest
from celery import Celery
from kombu import Connection
from kombu.simple import SimpleQueue
from redis import Redis

from workers.broker_transport import Transport
from workers.configuration import KEY_PREFIX


@pytest.fixture
def connection(app: Celery, empty_broker_url: str) -> Iterator[Connection]:
    """A connection as the workers have it, with a message that its default channel took."""
    with app.connection_for_write(empty_broker_url) as connection:
        SimpleQueue(connection.default_channel, "any").put("message")
        SimpleQueue(connection.default_channel, "any").get(timeout=5)
        yield connection


def test_it_is_the_workers_transport(connection: Connection) -> None:
    assert type(connection.transport) is Transport
    assert connection.as_uri().startswith("redis://")


def test_one_that_has_lost_its_address_leaves_them_to_their_visibility_timeout(
    connection: Connection, empty_broker_url: str
) -> None:
    """As after a first close that hung."""
    connection.transport.client = None
    connection.release()
    with Redis.from_url(empty_broker_url) as redis:
        assert redis.hlen(f"{KEY_PREFIX}unacked") == 1


def test_a_connection_gives_back_what_nobody_has_acknowledged(
    app: Celery, connection: Connection
) -> None:
    connection.release()
    with app.connection_for_read() as other:
        assert SimpleQueue(other, "any").get(timeout=5).payload == "message"
        with pytest.raises(Empty):
            SimpleQueue(other, "any").get(timeout=0.1)
