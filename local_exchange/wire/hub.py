"""Who listens to what. To publish costs the same however many sockets stand idle."""

from collections.abc import Callable
from typing import Protocol

from local_exchange.wire.subscriptions import (
    AllMids,
    AnySubscription,
    Bbo,
    Candles,
    L2Book,
    OrderUpdates,
    Trades,
    UserEvents,
    UserFills,
)

Topic = tuple[str, str]
"""A subscription's type, and the coin or user that it is about ("" for neither)."""


class Listener(Protocol):
    """The receiving end of a subscription."""

    def send(self, text: str) -> None:
        """Queue one message; must not block."""


class Line(Listener, Protocol):
    """The sending side of one socket."""

    def abort(self) -> None:
        """Drop the connection without a closing frame."""


def topic_of(subscription: AnySubscription) -> Topic:
    """Where the subscription's news is published."""
    match subscription:
        case AllMids():
            return subscription.type, ""
        case Bbo() | L2Book() | Trades() | Candles():
            return subscription.type, subscription.coin
        case OrderUpdates() | UserEvents() | UserFills():
            return subscription.type, subscription.user


class Hub:
    """The subscriptions of all open sockets."""

    def __init__(self) -> None:
        self._topics: dict[Topic, dict[AnySubscription, set[Listener]]] = {}

    def add(self, subscription: AnySubscription, listener: Listener) -> None:
        """Subscribe the listener."""
        variants = self._topics.setdefault(topic_of(subscription), {})
        variants.setdefault(subscription, set()).add(listener)

    def remove(self, subscription: AnySubscription, listener: Listener) -> None:
        """Undo `add`."""
        topic = topic_of(subscription)
        variants = self._topics[topic]
        variants[subscription].remove(listener)
        if not variants[subscription]:
            del variants[subscription]
        if not variants:
            del self._topics[topic]

    def publish(self, topic: Topic, render: Callable[[AnySubscription], str | None]) -> None:
        """Render one message for each variant of the topic that has listeners, and queue it.

        A variant for which `render` gives None has no news.
        """
        for subscription, listeners in self._topics.get(topic, {}).items():
            text = render(subscription)
            if text is not None:
                for listener in listeners:
                    listener.send(text)
