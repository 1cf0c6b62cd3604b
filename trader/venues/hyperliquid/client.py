"""The SDK's client, with every request within the budget, so that none can be forgotten."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hyperliquid.info import Info

from trader.strands.strand import Json
from trader.venues.budget import Budget, Priority
from trader.venues.hyperliquid.connection import Connection, HttpStatusError
from trader.venues.hyperliquid.deadline import Deadline
from trader.venues.hyperliquid.refusals import requests_used_up
from trader.venues.hyperliquid.weights import (
    action_items,
    action_weight,
    query_weight,
    reply_weight,
)
from trader.venues.venue import BudgetExhausted

RETRY_PAUSE_SECONDS = (0.25, 0.75)
"""An urgent request that met a 429 is tried once more after a pause between these."""

_TOO_MANY_REQUESTS = 429
_NO_SPOT: Json = {"tokens": [], "universe": []}
_NO_PERPETUALS: Json = {"universe": []}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and when it must be over."""

    path: str
    payload: Json
    deadline: Deadline


class BudgetedInfo(Info):  # type: ignore[misc]  # the SDK is taken as untyped
    """Posts to `/info` and `/exchange`; building it calls nobody.

    Each call is over within `timeout` seconds, a second try of an urgent one included; only the
    budget's Redis may take longer, and then nothing is sent any more.
    Raises BudgetExhausted and VenueUnavailable before the request, BudgetExhausted for a 429 (the
    venue took nothing), and what `Connection` raises for any other failure.
    """

    def __init__(
        self,
        url: str,
        timeout: float,
        budget: Budget,
        priority: Priority,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(
            url, skip_ws=True, meta=_NO_PERPETUALS, spot_meta=_NO_SPOT, timeout=timeout
        )
        self.connection = Connection(self.session, url)
        self._seconds = timeout
        self._budget = budget
        self._priority = priority
        self._pause = pause
        self._admitted: int | None = None

    def admit(self, action: Mapping[str, Json], now: datetime) -> int:
        """Make room for a new action: its nonce. Raises BudgetExhausted, NonceUnavailable.

        The next post of this nonce asks for no more room; any copy after it does.
        """
        items, priority = action_items(action), action_priority(action, self._priority)
        self._admitted = self._budget.admit(action_weight(items), items, priority, now)
        return self._admitted

    def post(self, url_path: str, payload: Json = None) -> Json:
        """The venue's reply to one request."""
        deadline = Deadline(self._seconds)
        match payload:
            case {"action": dict(action), **envelope}:
                is_admitted = self._uses_admission(envelope.get("nonce"))
                return self._act(Call(url_path, payload, deadline), action, is_admitted)
            case {"type": str(query_type)}:
                return self._ask(Call(url_path, payload, deadline), query_type)
            case _:
                raise ValueError(f"neither a query nor an action: {payload!r:.200}")

    def _ask(self, call: Call, query_type: str) -> Json:
        weight = query_weight(query_type)
        self._budget.take(weight, self._priority)
        reply = self._post(call, weight, self._priority)
        extra = reply_weight(query_type, reply)
        if extra:
            self._budget.owe(extra)
        return reply

    def _act(self, call: Call, action: Mapping[str, Json], is_admitted: bool) -> Json:
        items, priority = action_items(action), action_priority(action, self._priority)
        weight = action_weight(items)
        if not is_admitted:
            self._budget.spend(items, priority)
            self._budget.take(weight, priority)
        reply = self._post(call, weight, priority)
        use = requests_used_up(reply)
        if use is not None:
            self._budget.refused(use)
        return reply

    def _uses_admission(self, nonce: object) -> bool:
        admitted, self._admitted = self._admitted, None
        return admitted is not None and nonce == admitted

    def _post(self, call: Call, weight: int, priority: Priority) -> Json:
        pause = random.uniform(*RETRY_PAUSE_SECONDS)
        try:
            return self._post_once(call)
        except BudgetExhausted:
            if priority is not Priority.URGENT or call.deadline.left() <= pause:
                raise
        self._pause(pause)
        self._budget.owe(weight)
        return self._post_once(call)

    def _post_once(self, call: Call) -> Json:
        try:
            return self.connection.post(call.path, call.payload, call.deadline)
        except HttpStatusError as error:
            if error.status == _TOO_MANY_REQUESTS:
                raise self._budget.back_off() from error
            raise


def action_priority(action: Mapping[str, Json], sender: Priority) -> Priority:
    """A cancellation and an order that only reduces are urgent, whoever sends them."""
    match action:
        case {"type": "cancel" | "cancelByCloid" | "noop"}:
            return Priority.URGENT
        case {"type": "order", "orders": [*orders]} if all(_reduces(order) for order in orders):
            return Priority.URGENT
        case _:
            return Priority.URGENT if sender is Priority.URGENT else Priority.ENTRY


def _reduces(order: Json) -> bool:
    match order:
        case {"r": True}:
            return True
        case _:
            return False
