"""Faults of websockets. Each looks at the messages that are about to be sent to any socket."""

from abc import ABC, abstractmethod
from typing import Literal, NamedTuple

from local_exchange.faults.fault import NonNegative, Occurrence

Channel = Literal[
    "allMids",
    "bbo",
    "candle",
    "error",
    "l2Book",
    "orderUpdates",
    "pong",
    "post",
    "subscriptionResponse",
    "trades",
    "user",
    "userFills",
]
FILL_CHANNELS = ("user", "userFills")
UPDATE_CHANNEL = "orderUpdates"


class Message(NamedTuple):
    """What is about to be sent."""

    channel: str
    text: str

    @classmethod
    def of(cls, text: str) -> "Message":
        """Every message begins with its channel."""
        return cls(text[len(_PREFIX) : text.index('"', len(_PREFIX))], text)

    @property
    def has_new_fills(self) -> bool:
        """Whether it tells of fills that just happened."""
        is_snapshot = '"isSnapshot":true' in self.text
        return self.channel in FILL_CHANNELS and '"fills":[{' in self.text and not is_snapshot


_PREFIX = '{"channel":"'


class SocketOccurrence(Occurrence, ABC):
    """Strikes messages that are about to be sent to any socket."""

    @abstractmethod
    def covers(self, message: Message) -> bool:
        """Whether it is about that message."""


class ChannelOccurrence(SocketOccurrence):
    """Strikes messages of these channels (all, if none is named)."""

    channels: tuple[Channel, ...] = ()

    def covers(self, message: Message) -> bool:
        """Whether it is about that message."""
        return not self.channels or message.channel in self.channels


class SocketClosed(ChannelOccurrence):
    """The socket ends without a closing frame (1006). Without `channels` it also strikes the
    sockets that are open when it is set, at once.
    """

    kind: Literal["socket_closed"] = "socket_closed"


class SocketSilent(ChannelOccurrence):
    """The socket stays open and is sent nothing any more, not even a pong, until the client ends
    it. Without `channels` it also strikes the sockets that are open when it is set, at once.
    """

    kind: Literal["socket_silent"] = "socket_silent"


class MessageLost(ChannelOccurrence):
    """The message is not sent: a gap."""

    kind: Literal["message_lost"] = "message_lost"


class FillDuplicated(SocketOccurrence):
    """A message with new fills is sent twice."""

    kind: Literal["fill_duplicated"] = "fill_duplicated"

    def covers(self, message: Message) -> bool:
        """Whether it is about that message."""
        return message.has_new_fills


class UpdatesReordered(SocketOccurrence):
    """The updates of an orderUpdates message are reversed, and it is sent after the next one, or
    after `hold_ms` if none follows.
    """

    kind: Literal["updates_reordered"] = "updates_reordered"
    hold_ms: NonNegative = 500

    def covers(self, message: Message) -> bool:
        """Whether it is about that message."""
        return message.channel == UPDATE_CHANNEL
