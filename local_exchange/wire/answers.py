"""The answers of POST /exchange, each of HTTP status 200."""

from typing import Any, Final

from local_exchange.wire.actions import Action

Json = dict[str, Any]

_BATCHES: Final = {
    "order": "order",
    "batchModify": "order",
    "cancel": "cancel",
    "cancelByCloid": "cancel",
}
"""How the answer to a batch is called, by the action's type."""


def done() -> Json:
    """An action that has nothing to tell."""
    return {"status": "ok", "response": {"type": "default"}}


def refused(text: str) -> Json:
    """The whole request was refused."""
    return {"status": "err", "response": text}


def statuses(kind: str, items: list[Json | str]) -> Json:
    """One entry an item of the batch."""
    return {"status": "ok", "response": {"type": kind, "data": {"statuses": items}}}


def batch_refused(action: Action, text: str) -> Json:
    """One error stands for every item of the batch; an action without items is refused whole."""
    kind = _BATCHES.get(action.type)
    return refused(text) if kind is None else statuses(kind, [{"error": text}])
