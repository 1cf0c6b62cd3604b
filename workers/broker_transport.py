"""Kombu's Redis transport, but for what ends a worker when its broker goes away.

A worker that loses its broker closes the connection, and when that hangs, closes it once more. The
second time Kombu 5.7 wants to give back the messages in hand over a connection that has no address
any more. The AttributeError ends the worker, and nobody works until it has been started again.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class QoS(redis.QoS):
    """What a channel has delivered, and nobody has acknowledged."""

    def restore_unacked(self, client: Any = None) -> None:
        """Give it back, or leave it to its visibility timeout when the connection is gone."""
        if self.channel.connection.client is None:
            self._delivered.clear()
        else:
            super().restore_unacked(client)


class Channel(redis.Channel):
    """A channel with that."""

    QoS = QoS


class Transport(redis.Transport):
    """The transport with such channels."""

    Channel = Channel


def install() -> None:
    """Have the connections that this process makes to a Redis from now on use it."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:{Transport.__name__}"
