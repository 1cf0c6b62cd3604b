"""The venue's table of weights. Source: Hyperliquid, "Rate limits and user limits"."""

import pytest

from trader.strands.strand import Json
from trader.venues.hyperliquid.weights import (
    action_items,
    action_weight,
    query_weight,
    reply_weight,
)


@pytest.mark.parametrize(
    ("query_type", "weight"),
    [
        ("l2Book", 2),
        ("orderStatus", 2),
        ("clearinghouseState", 2),
        ("userRole", 60),
        ("meta", 20),
        ("metaAndAssetCtxs", 20),
        ("frontendOpenOrders", 20),
        ("userRateLimit", 20),
        ("notYetKnown", 20),
    ],
)
def test_queries(query_type: str, weight: int) -> None:
    assert query_weight(query_type) == weight


@pytest.mark.parametrize(
    ("query_type", "reply", "weight"),
    [
        ("userFillsByTime", [{}] * 19, 0),
        ("userFillsByTime", [{}] * 20, 1),
        ("userFillsByTime", [{}] * 2000, 100),
        ("historicalOrders", [{}] * 45, 2),
        ("candleSnapshot", [{}] * 59, 0),
        ("candleSnapshot", [{}] * 5000, 83),
        ("frontendOpenOrders", [{}] * 2000, 0),
        ("userFillsByTime", None, 0),
    ],
)
def test_replies(query_type: str, reply: Json, weight: int) -> None:
    assert reply_weight(query_type, reply) == weight


@pytest.mark.parametrize(
    ("action", "items", "weight"),
    [
        ({"type": "order", "orders": [{}]}, 1, 1),
        ({"type": "order", "orders": [{}] * 39}, 39, 1),
        ({"type": "order", "orders": [{}] * 40}, 40, 2),
        ({"type": "order", "orders": [{}] * 200}, 200, 6),
        ({"type": "cancelByCloid", "cancels": [{}] * 80}, 80, 3),
        ({"type": "batchModify", "modifies": [{}] * 2}, 2, 1),
        ({"type": "noop"}, 1, 1),
    ],
)
def test_actions(action: dict[str, Json], items: int, weight: int) -> None:
    assert action_items(action) == items
    assert action_weight(items) == weight
