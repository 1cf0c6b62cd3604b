"""Orders on the wire, against the SDK's own conversion and hash."""

import json
from decimal import Decimal

import pytest
from hyperliquid.utils.signing import (
    action_hash,
    float_to_wire,
    order_request_to_order_wire,
    order_wires_to_order_action,
)
from hyperliquid.utils.types import Cloid
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.builders import BTC, CLOID, ETH, KPEPE, limit_order, stop_order
from trader.errors import Permanent
from trader.venues.hyperliquid.wire import (
    cancel_action,
    decimal_to_wire,
    order_action,
)
from trader.venues.instrument import Side
from trader.venues.orders import OrderRequest, TimeInForce, Trigger, TriggerKind

INSTRUMENTS = {item.symbol: item for item in (BTC, ETH, KPEPE)}
NONCE = 1_700_000_000_000
OTHER_CLOID = "0x000000000000000000000000000000a2"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E+2", "100"),
        ("100", "100"),
        ("0.10", "0.1"),
        ("1E-8", "0.00000001"),
        ("0.0123456", "0.0123456"),
        ("123456", "123456"),
        ("60000.000", "60000"),
        ("0", "0"),
        ("0.000", "0"),
    ],
)
def test_numbers_are_plain(number: str, text: str) -> None:
    assert decimal_to_wire(Decimal(number)) == text


@given(st.decimals("0", "1000000", allow_nan=False, places=6))
def test_numbers_are_those_of_the_sdk(number: Decimal) -> None:
    assert decimal_to_wire(number) == float_to_wire(float(number))


TARGET = stop_order(
    trigger=Trigger(kind=TriggerKind.TARGET, price=Decimal(70_000)), limit_price=Decimal(63_000)
)


@pytest.mark.parametrize(
    ("order", "order_type"),
    [
        (limit_order(), {"limit": {"tif": "Gtc"}}),
        (limit_order(time_in_force=TimeInForce.IOC), {"limit": {"tif": "Ioc"}}),
        (limit_order(time_in_force=TimeInForce.POST_ONLY), {"limit": {"tif": "Alo"}}),
        (stop_order(), {"trigger": {"isMarket": True, "triggerPx": 50_000.0, "tpsl": "sl"}}),
        (TARGET, {"trigger": {"isMarket": True, "triggerPx": 70_000.0, "tpsl": "tp"}}),
        (
            limit_order(symbol="kPEPE", size=Decimal(1000), limit_price=Decimal("0.012345")),
            {"limit": {"tif": "Gtc"}},
        ),
        (limit_order(limit_price=Decimal(123_456)), {"limit": {"tif": "Gtc"}}),
        (limit_order(side=Side.SELL, reduce_only=True), {"limit": {"tif": "Gtc"}}),
    ],
)
def test_action_is_byte_for_byte_that_of_the_sdk(
    order: OrderRequest, order_type: dict[str, object]
) -> None:
    wire = order_request_to_order_wire(
        {
            "coin": order.symbol,
            "is_buy": order.side is Side.BUY,
            "sz": float(order.size),
            "limit_px": float(order.limit_price),
            "order_type": order_type,
            "reduce_only": order.reduce_only,
            "cloid": Cloid.from_str(order.cloid),
        },
        INSTRUMENTS[order.symbol].asset,
    )
    theirs = order_wires_to_order_action([wire])
    ours = order_action([order], INSTRUMENTS)
    assert json.dumps(ours) == json.dumps(theirs)
    assert action_hash(ours, None, NONCE, NONCE) == action_hash(theirs, None, NONCE, NONCE)


def test_cancellation_names_asset_and_cloid() -> None:
    assert cancel_action([("ETH", CLOID), ("BTC", OTHER_CLOID)], INSTRUMENTS) == {
        "type": "cancelByCloid",
        "cancels": [{"asset": 1, "cloid": CLOID}, {"asset": 0, "cloid": OTHER_CLOID}],
    }


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([], "1 to 200 orders, was 0"),
        ([limit_order(), limit_order()], "same cloid"),
        ([limit_order(symbol="DOGE")], "does not list 'DOGE'"),
        ([limit_order(size=Decimal("0.000001"))], "size 0.000001 has more than 5 decimals"),
        ([limit_order(limit_price=Decimal("60000.1"))], "limit price 60000.1 is not a multiple"),
        (
            [limit_order(symbol="kPEPE", size=1, limit_price=Decimal("0.0123456"))],
            "limit price 0.0123456 is not a multiple of 0.000001",
        ),
        ([limit_order(time_in_force=None)], "time in force or a trigger"),
        ([stop_order(time_in_force=TimeInForce.GTC)], "time in force or a trigger"),
        ([stop_order(reduce_only=False)], "must be reduce-only"),
        ([stop_order(limit_price=Decimal(50_001))], "wrong side of the trigger"),
        (
            [stop_order(side=Side.BUY, limit_price=Decimal(49_999))],
            "wrong side of the trigger",
        ),
        (
            [stop_order(trigger=Trigger(kind=TriggerKind.STOP, price=Decimal("50000.5")))],
            "trigger price 50000.5 is not a multiple",
        ),
    ],
)
def test_what_the_venue_would_refuse_is_not_composed(
    orders: list[OrderRequest], reason: str
) -> None:
    with pytest.raises(Permanent, match=reason):
        order_action(orders, INSTRUMENTS)


def test_more_orders_than_an_action_takes_are_refused() -> None:
    orders = [limit_order(cloid=f"0x{number:032x}") for number in range(201)]
    with pytest.raises(Permanent, match="was 201"):
        order_action(orders, INSTRUMENTS)
