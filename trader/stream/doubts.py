"""Which plans have an order whose fate nobody knows: they are tracked until there is proof."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from trader.lifecycle.lifecycle import Lifecycle

PAUSE = timedelta(seconds=2)
"""How long whoever sent an order, or looked for its fate, is given before another look."""


class Doubts:
    """Calls for each plan in doubt again and again.

    Whoever resolves a doubt comes back by himself, for a while; should he be killed, or the
    broker lose his message, the plan need not wait for the heartbeat.
    """

    def __init__(self) -> None:
        self._called: dict[str, datetime] = {}

    def due(self, lifecycles: Iterable[Lifecycle], now: datetime) -> frozenset[str]:
        """Those of these plans that are to be tracked now, each once a PAUSE."""
        doubtful = {found.lifecycle_id for found in lifecycles if _is_in_doubt(found, now)}
        known = {key: at for key, at in self._called.items() if key in doubtful}
        due = frozenset(key for key in doubtful if key not in known or now >= known[key] + PAUSE)
        self._called = known | dict.fromkeys(due, now)
        return due


def _is_in_doubt(lifecycle: Lifecycle, now: datetime) -> bool:
    intents = (lifecycle.intents[intent_id] for intent_id in lifecycle.unanswered)
    return any(now >= intent.intended_at + PAUSE for intent in intents)
