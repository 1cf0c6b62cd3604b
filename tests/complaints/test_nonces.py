"""Whoever signs with one key, in whatever process, and however fast: no nonce comes twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from redis import Redis

from tests.orders.desk import EXPIRY, Desk
from tests.support.nonces import SharedNonces
from tests.venues.builders import limit_order
from trader.venues.orders import AnswerKind

AT_ONCE = 20


def test_ccxt_30348_duplicate_nonces(desk: Desk, empty_broker_url: str) -> None:
    """Twenty orders of twenty workers within one millisecond; ccxt had 13 to 15 nonces for them.

    And hummingbot #7737, JKorf/HyperLiquid.Net #75, msei99/pbgui #172, nomeida/hyperliquid #61.
    """
    now = datetime.now(UTC)

    def place(number: int) -> AnswerKind:
        with Redis.from_url(empty_broker_url) as redis:
            venue = desk.connect(budget=SharedNonces(redis, desk.address).budget)
            order = limit_order(cloid=f"0x{number:032x}", limit_price=Decimal(50_000))
            return venue.place_order(order, now, now + EXPIRY).kind

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(place, range(AT_ONCE)))
    assert answers == [AnswerKind.RESTING] * AT_ONCE
    assert len({order["nonce"] for order in desk.orders()}) == AT_ONCE


def test_hummingbot_7737_a_cancellation_never_takes_the_nonce_of_an_order(
    desk: Desk, empty_broker_url: str
) -> None:
    """Submitted and cancelled in one millisecond, by a clock that even goes back."""
    now = datetime.now(UTC)
    with Redis.from_url(empty_broker_url) as redis:
        venue = desk.connect(budget=SharedNonces(redis, desk.address).budget)
        for number in range(5):
            order = limit_order(cloid=f"0x{number:032x}", limit_price=Decimal(50_000))
            venue.place_order(order, now, now + EXPIRY)
            action = venue.compose_cancel([("BTC", order.cloid)])
            nonce = venue.admit(action, now - timedelta(seconds=1))
            assert venue.send_cancel(action, nonce, now + EXPIRY) == ("",)
    assert [order["status"] for order in desk.orders()] == ["canceled"] * 5
