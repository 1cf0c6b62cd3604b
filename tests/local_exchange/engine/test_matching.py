from decimal import Decimal

import pytest

from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import (
    CancelByCloid,
    CancelByOid,
    Canceled,
    Filled,
    OrderStatus,
    Rejected,
    Resting,
)
from tests.local_exchange.engine.builders import (
    ALICE,
    ALO,
    BOB,
    BTC,
    ETH,
    IOC,
    buy,
    frozen_exchange,
    place,
    quote,
    sell,
    size_of,
    status_of,
    statuses,
)

CLOID = "0x" + "1" * 32


@pytest.fixture
def quoted(exchange: Exchange) -> Exchange:
    quote(exchange, [("2999", "1"), ("2998", "2")], [("3001", "1"), ("3002", "2")])
    return exchange


def test_an_ioc_takes_the_best_prices_first(quoted: Exchange) -> None:
    (outcome,) = place(quoted, ALICE, buy("3010", "2", IOC, cloid=CLOID))
    assert isinstance(outcome, Filled)
    assert (outcome.total_size, outcome.average_price) == (Decimal(2), Decimal("3001.5"))
    assert outcome.cloid == CLOID
    fills = quoted.info.fills(ALICE)
    assert [(fill.price, fill.size) for fill in fills] == [
        (Decimal(3002), Decimal(1)),
        (Decimal(3001), Decimal(1)),
    ]


def test_an_ioc_larger_than_the_book_is_cancelled_without_an_error(quoted: Exchange) -> None:
    (outcome,) = place(quoted, ALICE, buy("3001", "5", IOC))
    assert isinstance(outcome, Filled)
    assert outcome.total_size == 1
    assert status_of(quoted, ALICE, outcome.oid) is OrderStatus.CANCELED
    assert quoted.info.open_orders(ALICE) == ()


def test_a_gtc_that_fills_in_part_answers_filled_and_rests_under_the_same_oid(
    quoted: Exchange,
) -> None:
    (outcome,) = place(quoted, ALICE, buy("3001", "5"))
    assert isinstance(outcome, Filled)
    assert outcome.total_size == 1
    (resting,) = quoted.info.open_orders(ALICE)
    assert (resting.oid, resting.size, resting.original_size) == (
        outcome.oid,
        Decimal(4),
        Decimal(5),
    )


def test_the_older_order_of_a_price_is_matched_first(quoted: Exchange) -> None:
    (alice,) = place(quoted, ALICE, buy("3000", "1"))
    place(quoted, BOB, buy("3000", "1"))
    carol = "0x" + "c" * 40
    quoted.deposit(carol, Decimal(100_000))
    place(quoted, carol, sell("3000", "1", IOC))
    assert isinstance(alice, Resting)
    assert status_of(quoted, ALICE, alice.oid) is OrderStatus.FILLED
    assert size_of(quoted, BOB) == 0


def test_users_match_each_other_at_the_resting_price(quoted: Exchange) -> None:
    place(quoted, ALICE, buy("3000", "1", ALO))
    place(quoted, BOB, sell("2995", "1", IOC))
    (maker,) = quoted.info.fills(ALICE)
    (taker,) = quoted.info.fills(BOB)
    assert maker.tid == taker.tid
    assert maker.price == taker.price == 3000
    assert (maker.crossed, taker.crossed) == (False, True)
    assert (maker.fee, taker.fee) == (Decimal("0.45"), Decimal("1.35"))


def test_a_self_trade_cancels_the_resting_order(quoted: Exchange) -> None:
    (resting,) = place(quoted, ALICE, buy("3000", "1"))
    quoted.drain_events()
    (outcome,) = place(quoted, ALICE, sell("2999", "1", IOC, cloid=CLOID))
    assert isinstance(resting, Resting)
    assert isinstance(outcome, Filled)
    assert outcome.average_price == 2999
    assert status_of(quoted, ALICE, resting.oid) is OrderStatus.SELF_TRADE_CANCELED
    assert statuses(quoted.drain_events()) == [
        (None, OrderStatus.SELF_TRADE_CANCELED),
        (CLOID, OrderStatus.FILLED),
    ]


def test_a_maker_without_margin_is_cancelled_instead_of_matched(exchange: Exchange) -> None:
    quote(exchange, [], [])
    (resting,) = place(exchange, ALICE, buy("2990", "300"))
    place(exchange, ALICE, buy("100500", "9", IOC, asset=BTC))
    assert size_of(exchange, ALICE, "BTC") == 9
    exchange.set_mid("BTC", Decimal(95_000))
    quote(exchange, [], [])
    (outcome,) = place(exchange, BOB, sell("2990", "300", IOC))
    assert isinstance(resting, Resting)
    assert status_of(exchange, ALICE, resting.oid) is OrderStatus.MARGIN_CANCELED
    assert isinstance(outcome, Rejected)


def test_cancel_by_oid_and_by_cloid(quoted: Exchange) -> None:
    first, _ = place(quoted, ALICE, buy("2900", "1"), buy("2901", "1", cloid=CLOID))
    assert isinstance(first, Resting)
    cancels: list[CancelByOid | CancelByCloid] = [
        CancelByOid(ETH, first.oid),
        CancelByCloid(ETH, CLOID),
    ]
    assert quoted.cancel(ALICE, cancels, quoted.now_ms) == [Canceled(), Canceled()]
    missing = Rejected("Order was never placed, already canceled, or filled. asset=1")
    assert quoted.cancel(ALICE, cancels, quoted.now_ms) == [missing, missing]


@pytest.mark.parametrize("user", [ALICE, BOB])
def test_cancel_needs_the_owner_and_the_asset(quoted: Exchange, user: str) -> None:
    (outcome,) = place(quoted, ALICE, buy("2900", "1"))
    assert isinstance(outcome, Resting)
    asset = BTC if user == ALICE else ETH
    (refused,) = quoted.cancel(user, [CancelByOid(asset, outcome.oid)], quoted.now_ms)
    assert isinstance(refused, Rejected)
    assert len(quoted.info.open_orders(ALICE)) == 1


def test_a_cloid_does_not_deduplicate_and_means_the_latest_order(quoted: Exchange) -> None:
    order = buy("3010", "0.1", IOC, cloid=CLOID)
    first, second = place(quoted, ALICE, order, order)
    assert isinstance(first, Filled)
    assert isinstance(second, Filled)
    assert size_of(quoted, ALICE) == Decimal("0.2")
    record = quoted.info.order_by_cloid(ALICE, CLOID)
    assert record is not None
    assert record.order.oid == second.oid
    assert quoted.info.order_by_oid(ALICE, first.oid) is not None


def test_moving_the_mid_through_a_resting_order_fills_it_as_maker(exchange: Exchange) -> None:
    (resting,) = place(exchange, ALICE, buy("2950", "1"))
    exchange.set_mid("ETH", Decimal(2940))
    assert isinstance(resting, Resting)
    assert status_of(exchange, ALICE, resting.oid) is OrderStatus.FILLED
    (fill,) = exchange.info.fills(ALICE)
    assert (fill.price, fill.crossed) == (Decimal(2950), False)
    assert exchange.info.mids()["ETH"] == 2940


def test_the_house_refills_its_ladder_but_not_a_fixed_depth(exchange: Exchange) -> None:
    before = exchange.info.book("ETH")
    place(exchange, ALICE, buy("3000.3", "1", IOC))
    assert exchange.info.book("ETH").asks != before.asks
    exchange.advance(exchange.now_ms + 1)
    assert exchange.info.book("ETH").asks == before.asks
    quote(exchange, [("2999", "1")], [("3001", "1")])
    place(exchange, ALICE, buy("3001", "1", IOC))
    exchange.advance(exchange.now_ms + 10_000)
    assert exchange.info.book("ETH").asks == ()
    exchange.set_depth("ETH", None)
    assert exchange.info.book("ETH").asks == before.asks


def test_ended_orders_beyond_the_retention_are_forgotten(quoted: Exchange) -> None:
    oids = []
    for number in range(2_001):
        cloid = f"0x{number:032x}"
        (outcome,) = place(quoted, ALICE, buy("2900", "0.01", cloid=cloid))
        assert isinstance(outcome, Resting)
        oids.append(outcome.oid)
        quoted.cancel(ALICE, [CancelByOid(ETH, outcome.oid)], quoted.now_ms)
    assert quoted.info.order_by_oid(ALICE, oids[0]) is None
    assert quoted.info.order_by_cloid(ALICE, f"0x{0:032x}") is None
    assert quoted.info.order_by_oid(ALICE, oids[1]) is not None
    assert len(quoted.info.historical_orders(ALICE)) == 2_000
    assert len(quoted.ledger().orders) == 2_001


def test_forgetting_an_order_keeps_the_later_one_of_the_same_cloid() -> None:
    exchange = frozen_exchange(order_retention=2)
    for price in ("3010", "3010", "3010", "2900"):
        place(exchange, ALICE, buy(price, "0.01", cloid=CLOID))
    assert status_of(exchange, ALICE, CLOID) is OrderStatus.OPEN
    assert len(exchange.info.historical_orders(ALICE)) == 3
    place(exchange, ALICE, buy("3010", "0.01"))
    assert status_of(exchange, ALICE, CLOID) is OrderStatus.OPEN
