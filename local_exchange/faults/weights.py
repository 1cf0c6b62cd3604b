"""How much of the minute's weight a client address has used.

Source: the venue's document on rate limits.
"""

from collections import deque
from collections.abc import Sized
from typing import Final

from local_exchange.wire.envelope import Envelope
from local_exchange.wire.queries import Query

MINUTE_MS: Final = 60_000
ITEMS_PER_WEIGHT: Final = 40
DEFAULT_QUERY_WEIGHT: Final = 20
QUERY_WEIGHTS: Final = {
    "l2Book": 2,
    "allMids": 2,
    "clearinghouseState": 2,
    "orderStatus": 2,
    "spotClearinghouseState": 2,
    "exchangeStatus": 2,
    "userRole": 60,
}
ANSWER_ITEMS_PER_WEIGHT: Final = {
    "recentTrades": 20,
    "historicalOrders": 20,
    "userFills": 20,
    "userFillsByTime": 20,
    "fundingHistory": 20,
    "userFunding": 20,
    "candleSnapshot": 60,
}


def request_weight(request: Envelope | Query) -> int:
    """What it costs to ask."""
    if isinstance(request, Envelope):
        return 1 + request.action.weight // ITEMS_PER_WEIGHT
    return QUERY_WEIGHTS.get(request.type, DEFAULT_QUERY_WEIGHT)


def answer_weight(request: Envelope | Query, answer: object) -> int:
    """What a long answer costs on top of it."""
    if isinstance(request, Envelope) or not isinstance(answer, Sized):
        return 0
    items = ANSWER_ITEMS_PER_WEIGHT.get(request.type)
    return 0 if items is None else len(answer) // items


class WeightMeter:
    """The weights of the last minute, by client address."""

    def __init__(self) -> None:
        self._charges: dict[str, deque[tuple[int, int]]] = {}

    def used(self, client: str, now_ms: int) -> int:
        """The weight of the minute that ends now."""
        charges = self._charges.get(client, deque())
        while charges and charges[0][0] <= now_ms - MINUTE_MS:
            charges.popleft()
        return sum(weight for _, weight in charges)

    def charge(self, client: str, weight: int, now_ms: int) -> None:
        """Count the weight."""
        self._charges.setdefault(client, deque()).append((now_ms, weight))
