"""The receiving side of one websocket: subscriptions, pings and posted requests."""

import json
from typing import Any

from pydantic import ValidationError

from local_exchange.wire.envelope import RequestRefusedError, parse_envelope
from local_exchange.wire.hub import Line
from local_exchange.wire.publisher import message
from local_exchange.wire.queries import query_from
from local_exchange.wire.subscriptions import (
    SOCKET_MESSAGE,
    AnySubscription,
    Ping,
    Post,
    Subscribe,
    Unsubscribe,
    described,
)
from local_exchange.wire.venue import Venue

PONG = '{"channel":"pong"}'


class Session:
    """What one client asked for over its socket."""

    def __init__(self, venue: Venue, connection: Line) -> None:
        self._venue = venue
        self._connection = connection
        self._subscriptions: set[AnySubscription] = set()

    def receive(self, text: str | bytes) -> None:
        """Act on one message; the answer is queued on the connection."""
        try:
            request = SOCKET_MESSAGE.validate_json(text)
        except ValidationError:
            self._error(f"Error parsing JSON into valid websocket request: {_shown(text)}")
            return
        match request:
            case Ping():
                self._connection.send(PONG)
            case Subscribe(subscription=subscription):
                self._subscribe(subscription)
            case Unsubscribe(subscription=subscription):
                self._unsubscribe(subscription)
            case Post():
                self._post(request)

    def close(self) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions:
            self._venue.hub.remove(subscription, self._connection)
        self._subscriptions.clear()

    def _subscribe(self, subscription: AnySubscription) -> None:
        if subscription in self._subscriptions:
            self._error(f"Already subscribed: {_text(subscription)}")
            return
        try:
            snapshot = self._venue.publisher.snapshot(subscription)
        except KeyError:
            self._connection.abort()
            return
        self._subscriptions.add(subscription)
        self._venue.hub.add(subscription, self._connection)
        self._confirm("subscribe", subscription)
        if snapshot is not None:
            self._connection.send(snapshot)

    def _unsubscribe(self, subscription: AnySubscription) -> None:
        if subscription not in self._subscriptions:
            self._error(f"Already unsubscribed: {_text(subscription)}")
            return
        self._subscriptions.remove(subscription)
        self._venue.hub.remove(subscription, self._connection)
        self._confirm("unsubscribe", subscription)

    def _post(self, post: Post) -> None:
        try:
            response = self._posted(post)
        except RequestRefusedError as refused:
            response = {"type": "error", "payload": refused.text}
        self._connection.send(message("post", {"id": post.id, "response": response}))

    def _posted(self, post: Post) -> dict[str, Any]:
        if post.request.type == "info":
            query = query_from(post.request.payload)
            payload = {"type": query.type, "data": self._venue.inform(query)}
            return {"type": "info", "payload": payload}
        envelope = parse_envelope(json.dumps(post.request.payload).encode())
        return {"type": "action", "payload": self._venue.trade(envelope)}

    def _confirm(self, method: str, subscription: AnySubscription) -> None:
        data = {"method": method, "subscription": described(subscription)}
        self._connection.send(message("subscriptionResponse", data))

    def _error(self, text: str) -> None:
        self._connection.send(message("error", text))


def _text(subscription: AnySubscription) -> str:
    return json.dumps(described(subscription), separators=(",", ":"))


def _shown(received: str | bytes) -> str:
    return received if isinstance(received, str) else received.decode(errors="replace")
