"""What a worker does with the messages in its hands when it loses its broker."""

from collections.abc import Callable, Iterator
from queue import Empty

import pytest
from celery import Celery
from kombu import Connection, Message
from kombu.simple import SimpleQueue
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import TimeoutError as AnswerLost

from workers.broker_transport import Transport
from workers.configuration import KEY_PREFIX


@pytest.fixture
def connection(app: Celery, empty_broker_url: str) -> Iterator[Connection]:
    """A connection as the workers have it."""
    with app.connection_for_write(empty_broker_url) as connection:
        yield connection


@pytest.fixture
def message(connection: Connection) -> Message:
    """One that the connection's default channel took, and nobody has acknowledged."""
    queue = SimpleQueue(connection.default_channel, "any")
    queue.put("message")
    return queue.get(timeout=5)


def unacknowledged(url: str) -> int:
    with Redis.from_url(url) as redis:
        return redis.hlen(f"{KEY_PREFIX}unacked")


def test_it_is_the_workers_transport(connection: Connection) -> None:
    assert type(connection.transport) is Transport
    assert connection.as_uri().startswith("redis://")


@pytest.mark.usefixtures("message")
def test_a_connection_that_has_lost_its_address_leaves_them_to_their_visibility_timeout(
    connection: Connection, empty_broker_url: str
) -> None:
    """As after a first close that hung."""
    connection.transport.client = None
    connection.release()
    assert unacknowledged(empty_broker_url) == 1


@pytest.mark.parametrize("answer", [Message.ack, Message.reject, Message.requeue])
def test_an_answer_when_the_connection_is_gone_is_a_lost_connection(
    connection: Connection,
    message: Message,
    empty_broker_url: str,
    answer: Callable[[Message], None],
) -> None:
    connection.transport.client = None
    connection.release()
    with pytest.raises(Transport.connection_errors, match="will be delivered again"):
        answer(message)
    assert unacknowledged(empty_broker_url) == 1


@pytest.mark.parametrize("answer", [Message.ack, Message.reject, Message.requeue])
def test_a_message_whose_answer_was_not_heard_is_in_hand_no_more(
    connection: Connection,
    message: Message,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[Message], None],
) -> None:
    """Else a worker that may have one at a time would take no other, ever."""
    qos = connection.default_channel.qos
    qos.prefetch_count = 1
    assert not qos.can_consume()

    def times_out(*_: object, **__: object) -> None:
        raise AnswerLost("Timeout reading from socket")

    monkeypatch.setattr(Pipeline, "execute", times_out)
    monkeypatch.setattr(qos, "restore_by_tag", times_out)
    with pytest.raises(Transport.connection_errors, match="Timeout reading"):
        answer(message)
    assert qos.can_consume()
    assert unacknowledged(connection.as_uri(include_password=True)) == 1


@pytest.mark.parametrize("answer", [Message.ack, Message.reject])
def test_an_answer_on_a_connection_is_the_end_of_the_message(
    message: Message, empty_broker_url: str, answer: Callable[[Message], None]
) -> None:
    answer(message)
    assert unacknowledged(empty_broker_url) == 0


@pytest.mark.usefixtures("message")
def test_a_connection_gives_back_what_nobody_has_acknowledged(
    app: Celery, connection: Connection
) -> None:
    connection.release()
    with app.connection_for_read() as other:
        assert SimpleQueue(other, "any").get(timeout=5).payload == "message"
        with pytest.raises(Empty):
            SimpleQueue(other, "any").get(timeout=0.1)
