"""Reduce-only orders, triggers, and the groupings of take-profit and stop-loss."""

from decimal import Decimal

import pytest

from local_exchange.engine.events import NonUserCanceled
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import (
    CancelByCloid,
    CancelByOid,
    Canceled,
    Filled,
    Grouping,
    OrderRequest,
    OrderStatus,
    Rejected,
    Resting,
    Side,
    TriggerKind,
    WaitingForFill,
    WaitingForTrigger,
)
from tests.local_exchange.engine.builders import (
    ALICE,
    ALO,
    BOB,
    ETH,
    IOC,
    buy,
    place,
    quote,
    sell,
    size_of,
    status_of,
    statuses,
    trigger,
)

TP, SL = TriggerKind.TAKE_PROFIT, TriggerKind.STOP_LOSS
STOP, TARGET = "0x" + "5" * 32, "0x" + "7" * 32


@pytest.fixture
def long(exchange: Exchange) -> Exchange:
    """Alice is long 10 ETH; the house quotes 100 a side at 2999 and 3001."""
    quote(exchange, [("2999", "100")], [("3001", "100")])
    place(exchange, ALICE, buy("3001", "10", IOC))
    return exchange


def stop(size: str = "10", price: str = "2900") -> OrderRequest:
    return trigger(Side.SELL, price, size, SL, cloid=STOP)


def target(size: str = "10", price: str = "3100") -> OrderRequest:
    return trigger(Side.SELL, price, size, TP, is_market=False, cloid=TARGET)


def test_a_reduce_only_order_is_shrunk_to_the_position(long: Exchange) -> None:
    place(long, ALICE, sell("3100", "25", reduce_only=True))
    (order,) = long.info.open_orders(ALICE)
    assert (order.size, order.original_size) == (Decimal(10), Decimal(25))


def test_reduce_only_never_turns_the_position(long: Exchange) -> None:
    (outcome,) = place(long, ALICE, sell("2999", "25", IOC, reduce_only=True))
    assert isinstance(outcome, Filled)
    assert outcome.total_size == 10
    assert size_of(long, ALICE) == 0


def test_a_resting_reduce_only_order_shrinks_with_the_position(long: Exchange) -> None:
    place(long, ALICE, sell("3100", "10", reduce_only=True), sell("2999", "4", IOC))
    (order,) = long.info.open_orders(ALICE)
    assert order.size == 6


def test_of_two_reduce_only_orders_that_exceed_the_position_the_older_is_cancelled(
    long: Exchange,
) -> None:
    older, newer = place(
        long, ALICE, sell("3100", "7", reduce_only=True), sell("3200", "7", reduce_only=True)
    )
    assert isinstance(older, Resting)
    assert isinstance(newer, Resting)
    assert status_of(long, ALICE, older.oid) is OrderStatus.REDUCE_ONLY_CANCELED
    assert [order.oid for order in long.info.open_orders(ALICE)] == [newer.oid]


def test_closing_the_position_cancels_what_reduces_it_without_a_venue_cancel(
    long: Exchange,
) -> None:
    place(long, ALICE, stop(), sell("3100", "5", reduce_only=True, cloid=TARGET))
    long.drain_events()
    place(long, ALICE, sell("2999", "10", IOC))
    events = long.drain_events()
    assert status_of(long, ALICE, STOP) is OrderStatus.REDUCE_ONLY_CANCELED
    assert status_of(long, ALICE, TARGET) is OrderStatus.REDUCE_ONLY_CANCELED
    assert not [event for event in events if isinstance(event, NonUserCanceled)]


def test_a_sweep_that_turns_the_position_does_not_reach_its_reduce_only_orders(
    long: Exchange,
) -> None:
    quote(long, [], [])
    place(long, ALICE, sell("3010", "6", reduce_only=True), sell("3020", "5"))
    place(long, ALICE, sell("3030", "4", reduce_only=True, cloid=STOP))
    place(long, BOB, buy("3040", "20", IOC))
    assert size_of(long, ALICE) == -1
    assert status_of(long, ALICE, STOP) is OrderStatus.REDUCE_ONLY_CANCELED


@pytest.mark.parametrize(
    ("order", "accepted"),
    [
        (sell("2999", "0.002", IOC, reduce_only=True), False),
        (sell("2999", "0.003", IOC, reduce_only=True), True),
        (sell("2999", "0.003", IOC), True),
        (sell("2999", "0.002", IOC), False),
        (buy("3001", "0.003", IOC), False),
    ],
)
def test_the_minimum_value_is_waived_for_closing_the_whole_position(
    exchange: Exchange, order: OrderRequest, accepted: bool
) -> None:
    quote(exchange, [("2999", "100")], [("3001", "100")])
    place(exchange, ALICE, buy("3001", "0.004", IOC))
    exchange.set_mid("BTC", Decimal(100_000))
    place(exchange, ALICE, buy("3001", "0.01", IOC), sell("2999", "0.011", IOC))
    assert size_of(exchange, ALICE) == Decimal("0.003")
    (outcome,) = place(exchange, ALICE, order)
    assert isinstance(outcome, Filled) is accepted


FIRINGS = [
    (Side.SELL, "2900", SL, "2900.1", "2900"),
    (Side.SELL, "3100", TP, "3099.9", "3100"),
]


@pytest.mark.parametrize(("side", "price", "kind", "before", "at"), FIRINGS)
def test_a_trigger_fires_when_the_mark_reaches_it(
    long: Exchange, side: Side, price: str, kind: TriggerKind, before: str, at: str
) -> None:
    (outcome,) = place(long, ALICE, trigger(side, price, "10", kind, cloid=STOP))
    assert isinstance(outcome, Resting)
    long.set_mid("ETH", Decimal(before))
    assert status_of(long, ALICE, STOP) is OrderStatus.OPEN
    long.drain_events()
    long.set_mid("ETH", Decimal(at))
    assert statuses(long.drain_events()) == [
        (STOP, OrderStatus.TRIGGERED),
        (STOP, OrderStatus.FILLED),
    ]
    assert size_of(long, ALICE) == 0


def test_a_buy_stop_opens_a_position_when_it_is_not_reduce_only(exchange: Exchange) -> None:
    order = trigger(Side.BUY, "3100", "2", SL, reduce_only=False, cloid=STOP)
    place(exchange, ALICE, order)
    exchange.set_mid("ETH", Decimal(3105))
    assert size_of(exchange, ALICE) == 2


def test_a_stop_limit_rests_at_its_limit_after_it_fired(long: Exchange) -> None:
    order = trigger(Side.SELL, "2900", "10", SL, price="2895", is_market=False, cloid=STOP)
    place(long, ALICE, order)
    long.set_mid("ETH", Decimal(2850))
    (resting,) = long.info.open_orders(ALICE)
    assert resting.limit_price == 2895
    long.set_mid("ETH", Decimal(2900))
    assert status_of(long, ALICE, STOP) is OrderStatus.FILLED


def test_a_market_stop_does_not_sell_below_its_slippage(long: Exchange) -> None:
    place(long, ALICE, stop())
    long.set_mid("ETH", Decimal(2600))
    assert status_of(long, ALICE, STOP) is OrderStatus.MARKET_ORDER_NO_LIQUIDITY_REJECTED
    assert size_of(long, ALICE) == 10


def test_a_market_stop_is_cut_to_what_is_left_of_the_position(long: Exchange) -> None:
    place(long, ALICE, stop("10"), sell("2999", "7", IOC))
    long.set_mid("ETH", Decimal(2900))
    assert size_of(long, ALICE) == 0


def test_a_fast_cancel_refuses_a_trigger_order(long: Exchange) -> None:
    (outcome,) = place(long, ALICE, stop())
    assert isinstance(outcome, Resting)
    cancel = CancelByOid(ETH, outcome.oid)
    (refused,) = long.cancel(ALICE, [cancel], long.now_ms, fast=True)
    assert isinstance(refused, Rejected)
    assert long.cancel(ALICE, [cancel], long.now_ms) == [Canceled()]


class TestChildrenOfAnEntry:
    def bracket(self, exchange: Exchange, entry: OrderRequest) -> list[object]:
        orders = (entry, stop(), target())
        return list(place(exchange, ALICE, *orders, grouping=Grouping.NORMAL_TPSL))

    def test_they_wait_for_the_fill_and_show_in_their_parent(self, exchange: Exchange) -> None:
        outcomes = self.bracket(exchange, buy("2950", "10"))
        assert isinstance(outcomes[0], Resting)
        assert outcomes[1:] == [WaitingForFill(), WaitingForFill()]
        (parent,) = exchange.info.open_orders(ALICE)
        assert [child.cloid for child in parent.children] == [STOP, TARGET]

    def test_they_live_once_the_parent_is_filled(self, exchange: Exchange) -> None:
        self.bracket(exchange, buy("2950", "10"))
        exchange.set_mid("ETH", Decimal(2945))
        assert {order.cloid for order in exchange.info.open_orders(ALICE)} == {STOP, TARGET}

    def test_they_wait_for_their_trigger_when_the_parent_fills_at_once(
        self, exchange: Exchange
    ) -> None:
        outcomes = self.bracket(exchange, buy("3010", "10", IOC))
        assert isinstance(outcomes[0], Filled)
        assert outcomes[1:] == [WaitingForTrigger(), WaitingForTrigger()]
        assert len(exchange.info.open_orders(ALICE)) == 2

    def test_a_partial_fill_does_not_bring_them_to_life(self, exchange: Exchange) -> None:
        quote(exchange, [("2900", "1")], [("3001", "4")])
        self.bracket(exchange, buy("3001", "10"))
        assert [order.cloid for order in exchange.info.open_orders(ALICE)] == [None]

    def test_cancelling_the_parent_cancels_them(self, exchange: Exchange) -> None:
        (parent, *_) = self.bracket(exchange, buy("2950", "10"))
        assert isinstance(parent, Resting)
        exchange.cancel(ALICE, [CancelByOid(ETH, parent.oid)], exchange.now_ms)
        assert status_of(exchange, ALICE, STOP) is OrderStatus.CANCELED
        assert status_of(exchange, ALICE, TARGET) is OrderStatus.CANCELED

    def test_a_refused_parent_refuses_them(self, exchange: Exchange) -> None:
        outcomes = self.bracket(exchange, buy("2950", "10", IOC))
        assert outcomes == [outcomes[0]] * 3
        assert isinstance(outcomes[0], Rejected)
        assert status_of(exchange, ALICE, STOP) is None

    def test_one_that_fills_cancels_its_sibling(self, exchange: Exchange) -> None:
        self.bracket(exchange, buy("3010", "10", IOC))
        exchange.drain_events()
        exchange.set_mid("ETH", Decimal(2890))
        assert size_of(exchange, ALICE) == 0
        assert statuses(exchange.drain_events()) == [
            (STOP, OrderStatus.TRIGGERED),
            (STOP, OrderStatus.FILLED),
            (TARGET, OrderStatus.SIBLING_FILLED_CANCELED),
        ]

    def test_a_waiting_child_can_be_cancelled_by_its_cloid(self, exchange: Exchange) -> None:
        self.bracket(exchange, buy("2950", "10"))
        cancel = CancelByCloid(ETH, STOP)
        assert exchange.cancel(ALICE, [cancel], exchange.now_ms) == [Canceled()]
        exchange.set_mid("ETH", Decimal(2945))
        assert [order.cloid for order in exchange.info.open_orders(ALICE)] == [TARGET]


class TestProtectionOfThePosition:
    def test_it_follows_the_size_of_the_position(self, long: Exchange) -> None:
        outcomes = place(long, ALICE, stop("0"), target("0"), grouping=Grouping.POSITION_TPSL)
        assert outcomes == [WaitingForTrigger(), WaitingForTrigger()]
        place(long, ALICE, buy("3001", "5", IOC))
        long.set_mid("ETH", Decimal(2890))
        assert size_of(long, ALICE) == 0
        assert status_of(long, ALICE, TARGET) is OrderStatus.SIBLING_FILLED_CANCELED

    def test_it_is_cancelled_with_the_position(self, long: Exchange) -> None:
        place(long, ALICE, stop("0"), grouping=Grouping.POSITION_TPSL)
        place(long, ALICE, sell("2999", "10", IOC))
        assert status_of(long, ALICE, STOP) is OrderStatus.REDUCE_ONLY_CANCELED

    def test_without_a_position_it_is_refused(self, exchange: Exchange) -> None:
        (outcome,) = place(exchange, ALICE, stop("0"), grouping=Grouping.POSITION_TPSL)
        assert outcome == Rejected("Reduce only order would increase position. asset=1")


def test_a_child_that_is_due_when_it_comes_to_life_fires_at_once(exchange: Exchange) -> None:
    quote(exchange, [("2800", "100")], [("3001", "1")])
    entry = buy("2850", "10", ALO)
    place(exchange, ALICE, entry, stop(), grouping=Grouping.NORMAL_TPSL)
    exchange.set_mid("ETH", Decimal(2840))
    assert status_of(exchange, ALICE, STOP) is OrderStatus.FILLED
    assert size_of(exchange, ALICE) == 0
