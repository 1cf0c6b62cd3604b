"""What lies in the broker's queues, read without taking it."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from redis import Redis

from trader.processes.commands import QUEUES
from workers.configuration import KEY_PREFIX


@dataclass(frozen=True)
class Message:
    """A task's message. `following` are the later links of its chain, in their order."""

    task: str
    arguments: list[Any]
    following: list[str]
    headers: dict[str, Any]


class Messages:
    """The messages that wait for a worker, by queue."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def of(self, queue: str) -> list[Message]:
        """The queue's messages, oldest first."""
        return [_read(raw) for raw in reversed(self._redis.lrange(KEY_PREFIX + queue, 0, -1))]

    def counts(self) -> dict[str, int]:
        """How many wait in each queue that has any."""
        found = {queue: len(self.of(queue)) for queue in QUEUES}
        return {queue: count for queue, count in found.items() if count}

    def clear(self) -> None:
        """Throw all of them away."""
        self._redis.delete(*(KEY_PREFIX + queue for queue in QUEUES))


def _read(raw: bytes | str) -> Message:
    message = json.loads(raw)
    arguments, _, embedded = json.loads(base64.b64decode(message["body"]))
    chain = reversed(embedded["chain"] or [])
    headers = message["headers"]
    return Message(headers["task"], arguments, [link["task"] for link in chain], headers)
