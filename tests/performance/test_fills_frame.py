from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.performance.trades import Trade, opened, round_trip, some_trades
from tests.support.lifecycles import SECOND, START, LifecycleBuilder
from trader.lifecycle.stage import Leg
from trader.performance.fills_frame import COLUMNS, average_price, fills_frame, of_legs, total
from trader.plans.plan import Direction
from trader.venues.instrument import Side

directions = st.sampled_from(Direction)


def test_a_row_holds_the_trade_in_decimals_and_enums() -> None:
    frame = fills_frame(LifecycleBuilder().entered("30015.5", "2", fee="1.25").lifecycle)

    assert tuple(frame.columns) == COLUMNS
    row = frame.iloc[0]
    assert (row["leg"], row["side"]) == (Leg.ENTRY, Side.BUY)
    assert [row[name] for name in ("price", "size", "notional", "fee")] == [
        Decimal("30015.5"),
        Decimal(2),
        Decimal(60031),
        Decimal("1.25"),
    ]
    assert all(isinstance(row[name], Decimal) for name in ("price", "size", "notional", "fee"))
    assert row["is_taker"]
    assert row["traded_at"].to_pydatetime() == START + 4 * SECOND


def test_rows_are_in_the_order_of_trading_whatever_the_order_of_booking() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended(size="2").answered()
    builder.filled("30002", traded_at=START + 60 * SECOND)
    builder.filled("30001", traded_at=START + 50 * SECOND)

    assert list(fills_frame(builder.lifecycle)["price"]) == [Decimal(30001), Decimal(30002)]


def test_a_fee_in_the_base_asset_is_valued_at_the_price_of_its_trade() -> None:
    builder = LifecycleBuilder().accepted().triggered().intended().answered()
    builder.filled("30000", fee="0.001", fee_token="BTC")

    assert total(fills_frame(builder.lifecycle), "fee") == Decimal(30)


def test_without_trades_the_frame_is_empty_and_has_no_average_price() -> None:
    frame = fills_frame(LifecycleBuilder().accepted().lifecycle)

    assert frame.empty
    assert tuple(frame.columns) == COLUMNS
    assert average_price(frame) is None
    assert total(frame, "size") == 0


@settings(max_examples=30, deadline=None)
@given(directions, some_trades)
def test_the_average_price_lies_between_the_best_and_the_worst(
    direction: Direction, entries: list[Trade]
) -> None:
    average = average_price(fills_frame(opened(direction, entries).lifecycle))

    assert average is not None
    paid = [trade.price for trade in entries]
    assert min(paid) <= average <= max(paid)


@settings(max_examples=30, deadline=None)
@given(directions, some_trades)
def test_its_sums_are_those_of_the_position(direction: Direction, entries: list[Trade]) -> None:
    lifecycle = round_trip(direction, entries, [Decimal(10), Decimal(20)])
    frame = fills_frame(lifecycle)

    assert total(frame, "fee") == lifecycle.position.fees
    assert total(frame, "size") == lifecycle.position.traded
    assert total(of_legs(frame, Leg.ENTRY), "size") == total(of_legs(frame, Leg.EXIT), "size")
