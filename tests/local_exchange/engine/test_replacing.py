"""modify, batchModify and scheduleCancel."""

from decimal import Decimal

import pytest

from local_exchange.engine.errors import ActionRejected, BatchRejected
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import (
    Filled,
    Modify,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    Rejected,
    Resting,
    Side,
    TimeInForce,
)
from tests.local_exchange.engine.builders import (
    ALICE,
    ALO,
    IOC,
    START,
    buy,
    frozen_exchange,
    place,
    status_of,
    trigger,
)

CLOID = "0x" + "1" * 32
DAY_MS = 86_400_000


def modify(
    exchange: Exchange, target: int | str, order: OrderRequest, always_place: bool = False
) -> OrderOutcome:
    (outcome,) = exchange.modify(
        ALICE, [Modify(target, order)], always_place, ALICE, 2, exchange.now_ms
    )
    return outcome


@pytest.fixture
def oid(exchange: Exchange) -> int:
    """Alice's bid for 1 at 2900."""
    (outcome,) = place(exchange, ALICE, buy("2900", "1", cloid=CLOID))
    assert isinstance(outcome, Resting)
    return outcome.oid


def test_modify_gives_a_new_oid_and_keeps_the_cloid(exchange: Exchange, oid: int) -> None:
    outcome = modify(exchange, oid, buy("2910", "2"))
    assert isinstance(outcome, Resting)
    assert outcome.oid != oid
    assert outcome.cloid == CLOID
    assert status_of(exchange, ALICE, oid) is OrderStatus.CANCELED
    (order,) = exchange.info.open_orders(ALICE)
    assert (order.limit_price, order.size, order.tif) == (Decimal(2910), Decimal(2), ALO)


def test_modify_finds_its_order_by_cloid_too(exchange: Exchange, oid: int) -> None:
    assert isinstance(modify(exchange, CLOID, buy("2910", "2", ALO)), Resting)
    assert status_of(exchange, ALICE, oid) is OrderStatus.CANCELED


@pytest.mark.parametrize(
    "order", [buy("3100", "1", IOC), trigger(Side.BUY, "3100", "1", reduce_only=False)]
)
def test_without_always_place_only_post_only_is_placed(
    exchange: Exchange, oid: int, order: OrderRequest
) -> None:
    assert isinstance(modify(exchange, oid, order), Rejected)
    assert status_of(exchange, ALICE, oid) is OrderStatus.OPEN
    assert not isinstance(modify(exchange, oid, order, always_place=True), Rejected)


def test_a_gtc_that_would_match_fails_and_the_old_order_is_gone(
    exchange: Exchange, oid: int
) -> None:
    assert modify(exchange, oid, buy("3100", "1")) == Rejected(
        "Error placing new order during modify: Post only order would have immediately matched, "
        "bbo was 2999.7@3000.3. asset=1"
    )
    assert status_of(exchange, ALICE, oid) is OrderStatus.CANCELED


@pytest.mark.parametrize("always_place", [False, True])
def test_an_ended_order_is_modified_only_with_always_place(
    exchange: Exchange, always_place: bool
) -> None:
    outcome = modify(exchange, 42, buy("3100", "1"), always_place)
    if always_place:
        assert isinstance(outcome, Filled)
    else:
        assert outcome == Rejected("Cannot modify canceled or filled order")
    assert len(exchange.info.fills(ALICE)) == int(always_place)


def test_a_wrong_payload_leaves_the_old_order_alone(exchange: Exchange, oid: int) -> None:
    with pytest.raises(BatchRejected):
        modify(exchange, oid, buy("2900", "0"))
    assert status_of(exchange, ALICE, oid) is OrderStatus.OPEN


def test_a_scheduled_cancel_fires_at_its_time(exchange: Exchange, oid: int) -> None:
    exchange.schedule_cancel(ALICE, START + 5_000, START)
    exchange.advance(START + 4_999)
    assert status_of(exchange, ALICE, oid) is OrderStatus.OPEN
    exchange.advance(START + 60_000)
    record = exchange.info.order_by_oid(ALICE, oid)
    assert record is not None
    assert (record.status, record.status_time) == (OrderStatus.SCHEDULED_CANCEL, START + 5_000)


def test_a_scheduled_cancel_can_be_cleared(exchange: Exchange, oid: int) -> None:
    exchange.schedule_cancel(ALICE, START + 5_000, START)
    exchange.schedule_cancel(ALICE, None, START)
    exchange.advance(START + 60_000)
    assert status_of(exchange, ALICE, oid) is OrderStatus.OPEN


def test_a_scheduled_cancel_is_at_least_five_seconds_ahead(exchange: Exchange) -> None:
    with pytest.raises(ActionRejected, match="at least 5 seconds"):
        exchange.schedule_cancel(ALICE, START + 4_999, START)


def test_scheduled_cancels_fire_ten_times_a_day(exchange: Exchange) -> None:
    now = START
    for _ in range(10):
        exchange.schedule_cancel(ALICE, now + 5_000, now)
        now += 5_000
        exchange.advance(now)
    with pytest.raises(ActionRejected, match="Limit is 10"):
        exchange.schedule_cancel(ALICE, now + 5_000, now)
    tomorrow = now - now % DAY_MS + DAY_MS
    exchange.schedule_cancel(ALICE, tomorrow + 5_000, tomorrow)


@pytest.mark.parametrize("time", [START + 5_000, None])
def test_the_volume_gate_applies_to_set_and_clear(time: int | None) -> None:
    exchange = frozen_exchange(schedule_cancel_volume_gate=Decimal(1_000_000))
    place(exchange, ALICE, buy("3000.3", "1", TimeInForce.IOC))
    with pytest.raises(ActionRejected) as refusal:
        exchange.schedule_cancel(ALICE, time, START)
    assert refusal.value.text == (
        "Cannot set scheduled cancel time until enough volume traded. "
        "Required: $1000000. Traded: $3000.3."
    )
