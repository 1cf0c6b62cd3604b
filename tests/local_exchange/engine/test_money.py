"""Fees, profit, positions, margin, leverage, isolated margin, liquidation, funding."""

from decimal import Decimal

import pytest

from local_exchange.engine.errors import ActionRejected
from local_exchange.engine.events import FundingPaid, Liquidated
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.fills import FillDirection, LiquidationMethod
from local_exchange.engine.funding import hourly_rate
from local_exchange.engine.orders import OrderRequest, OrderStatus, Rejected, Resting
from local_exchange.engine.views import LeverageType
from tests.local_exchange.engine.builders import (
    ALICE,
    BOB,
    BTC,
    ETH,
    IOC,
    START,
    buy,
    place,
    position,
    quote,
    sell,
    size_of,
    status_of,
)

HOUR_MS = 3_600_000


@pytest.fixture
def deep(exchange: Exchange) -> Exchange:
    """One deep level a side: bids at 2999, offers at 3001."""
    quote(exchange, [("2999", "1000")], [("3001", "1000")])
    return exchange


DIRECTIONS = [
    ([buy("3001", "2", IOC)], FillDirection.OPEN_LONG, "0", "0"),
    ([sell("2999", "2", IOC)], FillDirection.OPEN_SHORT, "0", "0"),
    ([buy("3001", "2", IOC), buy("3001", "1", IOC)], FillDirection.OPEN_LONG, "2", "0"),
    ([buy("3001", "2", IOC), sell("2999", "1", IOC)], FillDirection.CLOSE_LONG, "2", "-2"),
    ([sell("2999", "2", IOC), buy("3001", "2", IOC)], FillDirection.CLOSE_SHORT, "-2", "-4"),
    ([buy("3001", "2", IOC), sell("2999", "3", IOC)], FillDirection.LONG_TO_SHORT, "2", "-4"),
    ([sell("2999", "2", IOC), buy("3001", "3", IOC)], FillDirection.SHORT_TO_LONG, "-2", "-4"),
]


@pytest.mark.parametrize(("orders", "direction", "start", "pnl"), DIRECTIONS)
def test_a_fill_says_what_it_did_to_the_position(
    deep: Exchange, orders: list[OrderRequest], direction: FillDirection, start: str, pnl: str
) -> None:
    place(deep, ALICE, *orders)
    last = deep.info.fills(ALICE)[0]
    assert last.direction is direction
    assert last.start_position == Decimal(start)
    assert last.closed_pnl == Decimal(pnl)


def test_the_base_tier_fees(deep: Exchange) -> None:
    place(deep, ALICE, buy("3001", "1", IOC))
    place(deep, BOB, buy("3000", "1"))
    place(deep, ALICE, sell("3000", "1", IOC))
    closing, opening = deep.info.fills(ALICE)
    (maker,) = deep.info.fills(BOB)
    assert opening.fee == Decimal("1.350450")
    assert closing.fee == Decimal("1.35")
    assert maker.fee == Decimal("0.45")
    state = deep.info.clearinghouse_state(ALICE)
    assert state.margin_summary.account_value == Decimal(100_000) - 1 - Decimal("2.70045")


def test_the_entry_price_is_the_average_of_what_opened(deep: Exchange) -> None:
    place(deep, ALICE, buy("3001", "1", IOC))
    quote(deep, [("2990", "100")], [("2995", "3")])
    place(deep, ALICE, buy("2995", "3", IOC), sell("2990", "2", IOC))
    held = position(deep, ALICE)
    assert held is not None
    assert (held.size, held.entry_price) == (Decimal(2), Decimal("2996.50"))
    assert deep.info.fills(ALICE)[0].closed_pnl == Decimal(-13)


def test_margins_of_a_cross_position(deep: Exchange) -> None:
    place(deep, ALICE, buy("3001", "10", IOC))
    state = deep.info.clearinghouse_state(ALICE)
    fee = Decimal("13.5045")
    value = Decimal(100_000) - 10 - fee
    assert state.margin_summary.account_value == value
    assert state.margin_summary.total_notional == 30_000
    assert state.margin_summary.total_raw_usd == value - 30_000
    assert state.margin_summary.total_margin_used == 1_500
    assert state.cross_maintenance_margin_used == 600
    assert state.withdrawable == value - 3_000
    (held,) = state.positions
    assert held.unrealized_pnl == -10
    assert held.leverage.value == 20
    assert held.leverage.type is LeverageType.CROSS


def test_the_liquidation_price_is_where_the_maintenance_margin_is_reached(deep: Exchange) -> None:
    place(deep, ALICE, buy("3001", "500", IOC))
    held = position(deep, ALICE)
    assert held is not None
    assert held.liquidation_price is not None
    deep.set_mid("ETH", (held.liquidation_price * 1).quantize(Decimal("0.1")) + 1)
    assert size_of(deep, ALICE) == 500
    deep.set_mid("ETH", held.liquidation_price.quantize(Decimal("0.1")) - 1)
    assert size_of(deep, ALICE) == 0


def test_resting_orders_bind_margin_and_their_cancel_frees_it(deep: Exchange) -> None:
    (first,) = place(deep, ALICE, buy("2900", "600"))
    (second,) = place(deep, ALICE, buy("2900", "100"))
    assert isinstance(first, Resting)
    assert second == Rejected("Insufficient margin to place order. asset=1")
    assert deep.info.clearinghouse_state(ALICE).withdrawable == 100_000 - 90_000


def test_an_order_that_reduces_needs_no_margin(deep: Exchange) -> None:
    place(deep, ALICE, buy("3001", "660", IOC))
    (outcome,) = place(deep, ALICE, sell("3100", "660"))
    assert isinstance(outcome, Resting)


LEVERAGE_REFUSALS = [
    (0, True, "Invalid leverage value"),
    (26, True, "Invalid leverage value"),
    (
        2,
        True,
        "Cross position does not have sufficient margin available to decrease leverage. "
        "To decrease leverage, deposit more collateral.",
    ),
    (10, False, "Cannot switch leverage type with open position."),
]


@pytest.mark.parametrize(("value", "is_cross", "text"), LEVERAGE_REFUSALS)
def test_leverage_is_refused(deep: Exchange, value: int, is_cross: bool, text: str) -> None:
    place(deep, ALICE, buy("3001", "100", IOC))
    with pytest.raises(ActionRejected) as refusal:
        deep.update_leverage(ALICE, ETH, is_cross, value, START)
    assert refusal.value.text == text
    held = position(deep, ALICE)
    assert held is not None
    assert held.leverage.value == 20


def test_leverage_changes_what_an_order_binds(deep: Exchange) -> None:
    deep.update_leverage(ALICE, ETH, True, 1, START)
    (outcome,) = place(deep, ALICE, buy("2900", "34"))
    assert outcome == Rejected("Insufficient margin to place order. asset=1")


def test_an_isolated_position_has_its_own_margin(deep: Exchange) -> None:
    deep.update_leverage(ALICE, ETH, False, 10, START)
    place(deep, ALICE, buy("3001", "10", IOC))
    state = deep.info.clearinghouse_state(ALICE)
    (held,) = state.positions
    assert held.leverage.type is LeverageType.ISOLATED
    assert held.leverage.raw_usd == Decimal(3001) - Decimal(30_010)
    assert held.margin_used == Decimal(2991)
    assert state.cross_margin_summary.account_value == Decimal(100_000) - 3001 - Decimal("13.5045")
    place(deep, ALICE, sell("2999", "5", IOC))
    assert position(deep, ALICE).margin_used == Decimal("1495.5")  # type: ignore[union-attr]
    place(deep, ALICE, sell("2999", "5", IOC))
    fees = sum(fill.fee for fill in deep.info.fills(ALICE))
    assert deep.info.clearinghouse_state(ALICE).withdrawable == 100_000 - 20 - fees


ISOLATED_REFUSALS = [
    ("0", True, "Update to isolated margin cannot be zero."),
    ("10", False, "Cannot update margin for empty position."),
    ("100000", True, "Account does not have sufficient margin available for increase."),
    ("-1000", True, "Position does not have sufficient margin for reduction."),
]


@pytest.mark.parametrize(("usd", "has_position", "text"), ISOLATED_REFUSALS)
def test_isolated_margin_is_refused(
    deep: Exchange, usd: str, has_position: bool, text: str
) -> None:
    deep.update_leverage(ALICE, ETH, False, 10, START)
    if has_position:
        place(deep, ALICE, buy("3001", "10", IOC))
    with pytest.raises(ActionRejected) as refusal:
        deep.update_isolated_margin(ALICE, ETH, Decimal(usd), START)
    assert refusal.value.text == text


def test_a_cross_position_has_no_isolated_margin(deep: Exchange) -> None:
    with pytest.raises(ActionRejected, match="Position does not use isolated margin"):
        deep.update_isolated_margin(ALICE, ETH, Decimal(10), START)


def test_isolated_margin_can_be_added_and_taken_back(deep: Exchange) -> None:
    deep.update_leverage(ALICE, ETH, False, 10, START)
    place(deep, ALICE, buy("3001", "10", IOC))
    before = deep.info.clearinghouse_state(ALICE)
    deep.update_isolated_margin(ALICE, ETH, Decimal(500), START)
    assert position(deep, ALICE).margin_used == Decimal(3491)  # type: ignore[union-attr]
    deep.update_isolated_margin(ALICE, ETH, Decimal(-491), START)
    after = deep.info.clearinghouse_state(ALICE)
    assert after.withdrawable == before.withdrawable - 9


def test_liquidation_sells_the_whole_position_and_cancels_all_orders(exchange: Exchange) -> None:
    quote(exchange, [], [("3001", "500")])
    place(exchange, ALICE, buy("3001", "500", IOC))
    (resting,) = place(exchange, ALICE, sell("3500", "1"))
    exchange.drain_events()
    exchange.set_mid("ETH", Decimal(2855))
    events = exchange.drain_events()
    assert [type(event) for event in events].count(Liquidated) == 1
    assert isinstance(resting, Resting)
    assert status_of(exchange, ALICE, resting.oid) is OrderStatus.LIQUIDATED_CANCELED
    fills = [fill for fill in exchange.info.fills(ALICE) if fill.liquidation]
    assert {fill.direction for fill in fills} == {FillDirection.LIQUIDATED_CROSS_LONG}
    assert {fill.liquidation.method for fill in fills if fill.liquidation} == {
        LiquidationMethod.MARKET,
        LiquidationMethod.BACKSTOP,
    }
    assert sum(fill.size for fill in fills) == 500
    assert size_of(exchange, ALICE) == 0
    assert exchange.info.clearinghouse_state(ALICE).withdrawable > 0


def test_far_below_the_margin_the_house_takes_position_and_collateral(exchange: Exchange) -> None:
    quote(exchange, [], [("3001", "500")])
    place(exchange, ALICE, buy("3001", "500", IOC))
    exchange.set_mid("ETH", Decimal(2800))
    (fill, _) = exchange.info.fills(ALICE)
    assert fill.liquidation is not None
    assert fill.liquidation.method is LiquidationMethod.BACKSTOP
    assert fill.fee == 0
    assert exchange.info.clearinghouse_state(ALICE).margin_summary.account_value == 0


def test_an_isolated_liquidation_leaves_the_rest_of_the_account(exchange: Exchange) -> None:
    exchange.update_leverage(ALICE, ETH, False, 10, START)
    quote(exchange, [], [("3000", "10")])
    place(exchange, ALICE, buy("3000", "10", IOC), buy("90000", "0.1", asset=BTC))
    exchange.set_mid("ETH", Decimal(2730))
    (fill, _) = exchange.info.fills(ALICE)
    assert fill.direction is FillDirection.LIQUIDATED_ISOLATED_LONG
    assert len(exchange.info.open_orders(ALICE)) == 1
    value = exchange.info.clearinghouse_state(ALICE).margin_summary.account_value
    assert value == Decimal(97_000) - Decimal("13.5")


@pytest.mark.parametrize(
    ("premium", "rate"),
    [
        ("0", "0.0000125"),
        ("0.0003", "0.0000125"),
        ("0.001", "0.0000625"),
        ("-0.001", "-0.0000625"),
        ("0.5", "0.04"),
    ],
)
def test_the_hourly_rate(premium: str, rate: str) -> None:
    assert hourly_rate(Decimal(premium)) == Decimal(rate)


def test_longs_pay_shorts_every_hour(deep: Exchange) -> None:
    place(deep, ALICE, buy("3001", "10", IOC))
    place(deep, BOB, sell("2999", "10", IOC))
    deep.drain_events()
    hour = START - START % HOUR_MS + HOUR_MS
    deep.advance(hour)
    paid = [event for event in deep.drain_events() if isinstance(event, FundingPaid)]
    assert [(event.user, event.usdc, event.time) for event in paid] == [
        (ALICE, Decimal("-0.375"), hour),
        (BOB, Decimal("0.375"), hour),
    ]
    assert deep.info.funding_payments(ALICE, hour, hour) == (paid[0],)
    held = position(deep, ALICE)
    assert held is not None
    assert held.funding.since_open == Decimal("0.375")
    (rate,) = deep.info.funding_history("ETH", 0, None)
    assert rate.rate == Decimal("0.0000125")
