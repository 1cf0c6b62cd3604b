"""Kombu's Redis transport, but for what ends or stops a worker when its broker goes away.

A worker that loses its broker closes the connection, and when that hangs, closes it once more. Then
Kombu 5.7 wants to give back or acknowledge the messages in hand over a connection that has no
address any more. The AttributeError ends the worker, and nobody works until it is started again.
And a message whose acknowledgement was not heard stays in hand for ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as ConnectionLost


class QoS(redis.QoS):
    """What a channel has delivered, and nobody has acknowledged.

    When the connection is gone it is left to its visibility timeout.
    """

    def restore_unacked(self, client: Any = None) -> None:
        """Give it back, if there is somebody to give it to."""
        if self._is_cut_off():
            self._delivered.clear()
        else:
            super().restore_unacked(client)

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge a message. Raises ConnectionLost and the like, which the worker logs."""
        with self._answering(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Refuse a message. Raises ConnectionLost and the like, which the worker logs."""
        with self._answering(delivery_tag):
            super().reject(delivery_tag, requeue)

    @contextmanager
    def _answering(self, delivery_tag: str) -> Iterator[None]:
        """Have the message out of the worker's hands also when its answer is not heard.

        Kombu would count it as in hand for ever, and a worker that has as many as it may take
        takes no others.
        """
        is_heard = False
        try:
            if self._is_cut_off():
                raise ConnectionLost("the connection is gone: the message will be delivered again")
            yield
            is_heard = True
        finally:
            if not is_heard:
                self._quick_ack(delivery_tag)

    def _is_cut_off(self) -> bool:
        transport = self.channel.connection
        return transport is None or transport.client is None


class Channel(redis.Channel):
    """A channel with that."""

    QoS = QoS


class Transport(redis.Transport):
    """The transport with such channels."""

    Channel = Channel


def install() -> None:
    """Have the connections that this process makes to a Redis from now on use it."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:{Transport.__name__}"
