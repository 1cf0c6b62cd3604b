from decimal import Decimal
from itertools import permutations

import pytest

from tests.orders.builders import entered, protected, resting, stopped, waiting
from tests.support.lifecycles import START, LifecycleBuilder
from trader.lifecycle.order_events import OrderFilled, OrderReported
from trader.lifecycle.position_events import PositionChanged
from trader.lifecycle.stage import Leg
from trader.orders.following import VenueFacts, follow, wants_fills
from trader.streams.event import Event
from trader.venues.instrument import Side
from trader.venues.orders import AnswerKind, Fill, OrderReport, VenueOrderState


def report(
    builder: LifecycleBuilder,
    state: VenueOrderState,
    remaining: str = "0",
    leg: Leg = Leg.ENTRY,
    order_id: int = 101,
) -> OrderReport:
    order = builder.lifecycle.orders_of(leg)[-1]
    return OrderReport(
        cloid=order.cloid,
        order_id=order_id,
        symbol="BTC",
        side=order.request.side,
        state=state,
        venue_status=str(state),
        original_size=order.request.size,
        remaining_size=Decimal(remaining),
        reported_at=START,
    )


def fill(builder: LifecycleBuilder, size: str, trade_id: int = 1, **changes: object) -> Fill:
    order = builder.lifecycle.orders_of(Leg.ENTRY)[-1]
    known: dict[str, object] = {
        "trade_id": trade_id,
        "order_id": 101,
        "cloid": order.cloid,
        "symbol": "BTC",
        "side": Side.BUY,
        "price": Decimal(30000),
        "size": Decimal(size),
        "fee": Decimal(0),
        "fee_token": "USDC",
        "is_taker": True,
        "realised": Decimal(0),
        "position_before": Decimal(0),
        "traded_at": START,
    }
    return Fill.model_validate(known | changes)


def facts(*reports: OrderReport, fills: tuple[Fill, ...] = ()) -> VenueFacts:
    return VenueFacts({r.cloid: r for r in reports if r.cloid is not None}, fills)


def told(builder: LifecycleBuilder, known: VenueFacts) -> tuple[Event, ...]:
    return follow(builder.lifecycle, known, builder.now)


def kinds(events: tuple[Event, ...]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_fill_comes_with_the_position_that_it_makes() -> None:
    builder = resting()
    events = told(
        builder, facts(report(builder, VenueOrderState.FILLED), fills=(fill(builder, "1"),))
    )

    reported, filled, position = events
    assert isinstance(reported, OrderReported)
    assert isinstance(filled, OrderFilled)
    assert filled.is_complete
    assert isinstance(position, PositionChanged)
    assert (position.size, position.entry_price) == (1, 30000)


def test_several_fills_make_one_change_of_the_position() -> None:
    builder = resting()
    fills = (fill(builder, "0.4"), fill(builder, "0.6", trade_id=2))
    events = told(builder, facts(fills=fills))

    assert kinds(events) == ["OrderFilled", "OrderFilled", "PositionChanged"]
    assert [e.is_complete for e in events if isinstance(e, OrderFilled)] == [False, True]


def test_what_is_known_is_not_told_again() -> None:
    builder = resting()
    news = facts(report(builder, VenueOrderState.OPEN, "0.6"), fills=(fill(builder, "0.4"),))
    events = told(builder, news)
    assert kinds(events) == ["OrderFilled", "PositionChanged"]

    assert told(builder.event(*events), news) == ()


def test_a_fill_listed_twice_is_booked_once() -> None:
    builder = resting()
    trade = fill(builder, "0.4")

    assert kinds(told(builder, facts(fills=(trade, trade)))) == ["OrderFilled", "PositionChanged"]


def test_fills_in_any_order_give_the_same_position() -> None:
    trades = [("0.2", 1), ("0.3", 2), ("0.5", 3)]
    positions = set()
    for order in permutations(trades):
        builder = resting()
        fills = tuple(fill(builder, size, trade_id) for size, trade_id in order)
        builder.event(*told(builder, facts(fills=fills)))
        positions.add((builder.lifecycle.position.size, builder.lifecycle.position.entry_price))

    assert positions == {(Decimal(1), Decimal(30000))}


@pytest.mark.parametrize("changes", [{"cloid": None}, {"cloid": None, "price": Decimal(29999)}])
def test_a_fill_without_our_id_is_found_by_the_venues(changes: dict[str, object]) -> None:
    builder = resting()

    assert kinds(told(builder, facts(fills=(fill(builder, "1", **changes),))))[0] == "OrderFilled"


@pytest.mark.parametrize("changes", [{"cloid": "0x" + "9" * 32}, {"cloid": None, "order_id": 999}])
def test_the_trades_of_others_are_left_alone(changes: dict[str, object]) -> None:
    builder = resting()

    assert told(builder, facts(fills=(fill(builder, "1", **changes),))) == ()


def test_a_report_of_an_order_that_is_over_is_old_news() -> None:
    builder = entered()

    assert told(builder, facts(report(builder, VenueOrderState.OPEN, "1"))) == ()


def test_the_same_state_under_another_order_id_is_news() -> None:
    builder = resting()

    assert told(builder, facts(report(builder, VenueOrderState.OPEN, "1"))) == ()
    moved = report(builder, VenueOrderState.OPEN, "1", order_id=102)
    assert kinds(told(builder, facts(moved))) == ["OrderReported"]


def test_a_status_that_nobody_knows_is_kept_in_its_own_words() -> None:
    builder = resting()
    (event,) = told(builder, facts(report(builder, VenueOrderState.UNRECOGNISED, "1")))

    assert isinstance(event, OrderReported)
    assert "unrecognised, 1 of 1 remaining" in event.reason


@pytest.mark.parametrize(
    ("state", "remaining", "wanted"),
    [
        (VenueOrderState.OPEN, "1", False),
        (VenueOrderState.OPEN, "0.6", True),
        (VenueOrderState.CANCELLED, "1", True),
        (VenueOrderState.UNRECOGNISED, "1", True),
    ],
)
def test_fills_are_asked_for_when_a_report_may_mean_a_trade(
    state: VenueOrderState, remaining: str, wanted: bool
) -> None:
    builder = resting()
    told_now = report(builder, state, remaining)

    assert wants_fills(builder.lifecycle, {told_now.cloid or "": told_now}) is wanted


@pytest.mark.parametrize(
    ("builder", "wanted"),
    [
        (waiting().intended().answered(AnswerKind.FILLED, filled="1"), True),
        (entered(), False),
        (protected(), False),
        (stopped(entered()).reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="1"), False),
        (stopped(entered()).reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="0.4"), True),
        (stopped(entered()).reported(VenueOrderState.FILLED, Leg.STOP).filled(
            "29000", "0.4", Leg.STOP), True),
    ],
)  # fmt: skip
def test_fills_are_asked_for_while_an_ended_order_may_lack_some(
    builder: LifecycleBuilder, wanted: bool
) -> None:
    assert wants_fills(builder.lifecycle, {}) is wanted
