"""Prices and sizes that the venue takes, for every coin that it lists."""

from decimal import Decimal

import pytest

from tests.orders.desk import Desk
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.plans.plan import Direction, MarketEntry, Notional

MIDS = {
    "BTC": "61234.5",
    "ETH": "3123.4",
    "SOL": "151.23",
    "HYPE": "41.234",
    "ARB": "0.51237",
    "DOGE": "0.20123",
    "kPEPE": "0.012345",
}
"""Five significant figures of every coin that the local exchange lists."""


def guarded(symbol: str, direction: Direction) -> dict[str, object]:
    """A plan for 500 dollars at market with exits four per cent away, on the coin's ticks."""
    mid, sign = Decimal(MIDS[symbol]), direction.sign
    places = Decimal(1).scaleb(max(mid.adjusted() - 3, -5))
    return {
        "symbol": symbol,
        "direction": direction,
        "size": Notional(value=Decimal(500)),
        "order": MarketEntry(),
        "stop_loss": (mid * (1 - sign * Decimal("0.04"))).quantize(places),
        "take_profit": (mid * (1 + sign * Decimal("0.04"))).quantize(places),
    }


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("symbol", MIDS)
def test_hummingbot_8356_prices_of_every_coin_are_taken(
    desk: Desk, symbol: str, direction: Direction
) -> None:
    """It got 15 of 232 wrong, those under a dollar among them. And python-sdk #179, #290."""
    desk.exchange.set_mid(symbol, MIDS[symbol])
    plan = desk.protect(**guarded(symbol, direction))

    lifecycle = desk.load(plan)
    assert lifecycle.position.size * direction.sign > 0
    assert desk.states(plan, Leg.STOP) == desk.states(plan, Leg.TARGET) == [OrderState.OPEN]
    assert desk.has_one_order_a_leg(plan)
    (entry,) = desk.accepted(plan, Leg.ENTRY)
    slippage = Decimal(entry["price"]) / Decimal(MIDS[symbol]) - 1
    assert 0 < slippage * direction.sign <= Decimal("0.005")


@pytest.mark.parametrize(
    ("direction", "jump"),
    [
        (Direction.LONG, "54000"),
        (Direction.LONG, "66000"),
        (Direction.SHORT, "66000"),
        (Direction.SHORT, "54000"),
    ],
)
def test_ccxt_22904_a_stop_may_trade_beyond_its_trigger(
    desk: Desk, direction: Direction, jump: str
) -> None:
    """The limit is on the far side of the trigger, so that a jump over it still trades.

    And ccxt #24318, nautilus #3611.
    """
    sides = {Direction.LONG: (57_000, 63_000), Direction.SHORT: (63_000, 57_000)}
    stop, target = map(Decimal, sides[direction])
    plan = desk.protect(direction=direction, stop_loss=stop, take_profit=target)
    for leg, trigger in ((Leg.STOP, stop), (Leg.TARGET, target)):
        (order,) = desk.accepted(plan, leg)
        assert (Decimal(order["price"]) - trigger) * direction.sign == -trigger / 10
    desk.exchange.set_mid("BTC", jump)

    assert desk.held() == 0
    assert desk.track(plan) is Stage.ANALYZE
    assert desk.load(plan).orders_of(Leg.EXIT) == ()
