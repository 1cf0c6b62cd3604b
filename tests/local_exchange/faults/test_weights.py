"""What requests weigh, and how the minute passes."""

import json
from typing import Any

import pytest

from local_exchange.faults.weights import WeightMeter, answer_weight, request_weight
from local_exchange.wire.envelope import parse_envelope
from local_exchange.wire.queries import query_from
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    limit_order,
    order_action,
    signed_request,
)


@pytest.mark.parametrize(("orders", "weight"), [(1, 1), (39, 1), (40, 2), (80, 3)])
def test_actions(orders: int, weight: int) -> None:
    action = order_action(*[limit_order()] * orders)
    assert request_weight(parse_envelope(json.dumps(signed_request(action, 1)).encode())) == weight


@pytest.mark.parametrize(
    ("query", "items", "weights"),
    [
        ({"type": "allMids"}, 900, (2, 0)),
        ({"type": "orderStatus", "user": ADDRESS, "oid": 1}, 2, (2, 0)),
        ({"type": "userRole", "user": ADDRESS}, 1, (60, 0)),
        ({"type": "meta"}, 3, (20, 0)),
        ({"type": "openOrders", "user": ADDRESS}, 500, (20, 0)),
        ({"type": "userFills", "user": ADDRESS}, 2_000, (20, 100)),
        ({"type": "userFillsByTime", "user": ADDRESS, "startTime": 0}, 39, (20, 1)),
        (
            {"type": "candleSnapshot", "req": {"coin": "BTC", "interval": "1m", "startTime": 0}},
            5_000,
            (20, 83),
        ),
    ],
)
def test_queries(query: dict[str, Any], items: int, weights: tuple[int, int]) -> None:
    parsed = query_from(query)
    assert (request_weight(parsed), answer_weight(parsed, [None] * items)) == weights


def test_the_meter_forgets_after_a_minute() -> None:
    meter = WeightMeter()
    meter.charge("a", 20, 0)
    meter.charge("a", 2, 30_000)
    assert [meter.used("a", now) for now in (30_000, 59_999, 60_000, 90_000)] == [22, 22, 2, 0]
    assert meter.used("b", 0) == 0
