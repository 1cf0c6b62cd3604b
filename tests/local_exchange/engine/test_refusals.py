"""Each refusal in the venue's words, what is recorded of it, and what is not."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from local_exchange.engine.errors import ActionRejected, BatchRejected
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.instruments import SPOT_ASSET_BASE
from local_exchange.engine.orders import (
    Grouping,
    OrderRequest,
    OrderStatus,
    Rejected,
    Resting,
    Side,
    TimeInForce,
    TriggerKind,
)
from tests.local_exchange.engine.builders import (
    ALICE,
    ALO,
    IOC,
    START,
    buy,
    frozen_exchange,
    place,
    sell,
    status_of,
    trigger,
)

TP, SL = TriggerKind.TAKE_PROFIT, TriggerKind.STOP_LOSS
CLOID = "0x" + "1" * 32

REFUSED = [
    (buy("3000.12", "1"), "Price must be divisible by tick size.", "tickRejected"),
    (buy("2900", "0.003"), "Order must have minimum value of $10.", "minTradeNtlRejected"),
    (buy("3000", "700"), "Insufficient margin to place order.", "perpMarginRejected"),
    (
        buy("2900", "1", reduce_only=True),
        "Reduce only order would increase position.",
        "reduceOnlyRejected",
    ),
    (
        buy("3100", "1", ALO),
        "Post only order would have immediately matched, bbo was 2999.7@3000.3.",
        "badAloPxRejected",
    ),
    (
        buy("2900", "1", IOC),
        "Order could not immediately match against any resting orders.",
        "iocCancelRejected",
    ),
    (
        trigger(Side.SELL, "2900", "1", SL, price="2950"),
        "Invalid TP/SL price.",
        "badTriggerPxRejected",
    ),
    (
        trigger(Side.BUY, "3100", "1", SL, price="3050"),
        "Invalid TP/SL price.",
        "badTriggerPxRejected",
    ),
    (trigger(Side.SELL, "3100", "1", SL), "Invalid TP/SL price.", "badTriggerPxRejected"),
    (trigger(Side.SELL, "2900", "1", TP), "Invalid TP/SL price.", "badTriggerPxRejected"),
    (
        trigger(Side.SELL, "2900", "1", SL),
        "Reduce only order would increase position.",
        "reduceOnlyRejected",
    ),
]


@pytest.mark.parametrize(("order", "text", "status"), REFUSED)
def test_an_order_is_refused_with_text_and_status(
    exchange: Exchange, order: OrderRequest, text: str, status: str
) -> None:
    named = OrderRequest(
        order.asset,
        order.side,
        order.price,
        order.size,
        order.reduce_only,
        order.tif,
        order.trigger,
        CLOID,
    )
    assert place(exchange, ALICE, named) == [Rejected(f"{text} asset=1")]
    assert status_of(exchange, ALICE, CLOID) == OrderStatus(status)
    assert exchange.ledger().orders == ()


ETH_STOP = trigger(Side.SELL, "2900", "1")
UNREDUCED_STOP = trigger(Side.SELL, "2900", "1", reduce_only=False)

REFUSED_BATCHES: list[tuple[Sequence[OrderRequest], Grouping, str]] = [
    ([], Grouping.NONE, "Orders are empty."),
    ([buy("2900", "0")], Grouping.NONE, "Order has zero size."),
    ([buy("0", "1")], Grouping.NONE, "Order has zero price."),
    ([buy("2900", "0.00001")], Grouping.NONE, "Order has invalid size."),
    ([buy("2900", "-1")], Grouping.NONE, "Order has invalid size."),
    ([buy("-2900", "1")], Grouping.NONE, "Order has invalid price."),
    (
        [buy("599", "1")],
        Grouping.NONE,
        "Order price cannot be more than 80% away from the reference price asset=1",
    ),
    (
        [buy("5401", "1")],
        Grouping.NONE,
        "Order price cannot be more than 80% away from the reference price asset=1",
    ),
    ([buy("3000", "100001")], Grouping.NONE, "Order value too large. Max is $300000000."),
    (
        [buy("3000", "10001", TimeInForce.FRONTEND_MARKET)],
        Grouping.NONE,
        "Order value too large. Max is $30000000.",
    ),
    ([buy("1", "1", asset=7)], Grouping.NONE, "Trading is halted. asset=7"),
    ([buy("1", "1", asset=99)], Grouping.NONE, "Order has invalid asset. asset=99"),
    (
        [buy("40", "1", asset=SPOT_ASSET_BASE + 107)],
        Grouping.NONE,
        "Trading is halted. asset=10107",
    ),
    ([buy("2900", "1")], Grouping.NORMAL_TPSL, "Unexpected number of trigger orders"),
    ([ETH_STOP, ETH_STOP], Grouping.NORMAL_TPSL, "Main order cannot be trigger order."),
    (
        [buy("2900", "1"), UNREDUCED_STOP],
        Grouping.NORMAL_TPSL,
        "Trigger order is not reduce only.",
    ),
    (
        [sell("3100", "1"), ETH_STOP],
        Grouping.NORMAL_TPSL,
        "Trigger order has unexpected side.",
    ),
    ([UNREDUCED_STOP], Grouping.POSITION_TPSL, "Trigger order is not reduce only."),
    ([buy("2900", "1")], Grouping.POSITION_TPSL, "Unexpected number of trigger orders"),
]


@pytest.mark.parametrize(("orders", "grouping", "text"), REFUSED_BATCHES)
def test_a_wrong_payload_refuses_the_whole_batch(
    exchange: Exchange, orders: Sequence[OrderRequest], grouping: Grouping, text: str
) -> None:
    with pytest.raises(BatchRejected) as refusal:
        place(exchange, ALICE, *orders, grouping=grouping)
    assert refusal.value.text == text


def test_static_validation_leaves_no_record_of_the_good_orders_either(exchange: Exchange) -> None:
    with pytest.raises(BatchRejected):
        place(exchange, ALICE, buy("2900", "1", cloid=CLOID), buy("2900", "0"))
    assert exchange.info.order_by_cloid(ALICE, CLOID) is None
    assert exchange.info.open_orders(ALICE) == ()
    assert exchange.info.rate_limit(ALICE).requests_used == 0


def test_one_refused_order_does_not_hinder_the_others(exchange: Exchange) -> None:
    first, second = place(exchange, ALICE, buy("2900.11", "1"), buy("2900.1", "1"))
    assert isinstance(first, Rejected)
    assert isinstance(second, Resting)
    assert exchange.info.rate_limit(ALICE).requests_used == 2


def test_trigger_orders_on_spot_have_their_own_refusal(exchange: Exchange) -> None:
    stop = trigger(Side.SELL, "2900", "1")
    spot = OrderRequest(
        SPOT_ASSET_BASE, stop.side, stop.price, stop.size, True, trigger=stop.trigger
    )
    with pytest.raises(BatchRejected, match="Placing trigger orders is not enabled on spot"):
        place(exchange, ALICE, spot)


def test_who_never_deposited_cannot_act(exchange: Exchange) -> None:
    stranger = "0x" + "c" * 40
    with pytest.raises(ActionRejected) as refusal:
        place(exchange, stranger, buy("2900", "1"))
    assert refusal.value.text == (f"Must deposit before performing actions. User: {stranger}")


def test_a_market_order_into_an_empty_book_finds_no_liquidity(exchange: Exchange) -> None:
    exchange.set_depth("ETH", ([], []))
    outcome = place(exchange, ALICE, buy("3100", "1", IOC))
    assert outcome == [Rejected("No liquidity available for market order. asset=1")]


def test_the_open_order_limit() -> None:
    exchange = frozen_exchange()
    orders = [buy("2000", "0.01") for _ in range(1_000)]
    place(exchange, ALICE, *orders)
    assert place(exchange, ALICE, buy("2000", "0.01")) == [
        Rejected("Too many open orders. asset=1")
    ]
    place(exchange, ALICE, buy("3100", "1", IOC))
    (stop,) = place(exchange, ALICE, trigger(Side.SELL, "2900", "1"))
    assert stop == Rejected("Too many open orders. asset=1")


def test_the_margin_tier_limits_the_position() -> None:
    exchange = frozen_exchange()
    exchange.deposit(ALICE, Decimal(10**9))
    exchange.update_leverage(ALICE, 1, True, 25, START)
    (small,) = place(exchange, ALICE, buy("2900", "33000"))
    (large,) = place(exchange, ALICE, buy("2900", "1000"))
    assert isinstance(small, Resting)
    assert large == Rejected(
        "Order would cause position to exceed margin tier limit at current leverage asset=1"
    )
