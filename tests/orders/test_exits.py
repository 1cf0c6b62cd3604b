"""The order that closes a position at market, and what the venue takes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.orders.builders import guarded_plan
from tests.orders.desk import SIZE, Desk
from tests.support.lifecycles import a_quote
from tests.venues.builders import BTC
from trader.lifecycle.order_events import OrderFilled
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.orders.exits import exit_draft
from trader.plans.plan import Direction
from trader.venues.instrument import Side
from trader.venues.orders import Fill

LONG = guarded_plan()
SHORT = guarded_plan(
    direction=Direction.SHORT, stop_loss=Decimal(31000), take_profit=Decimal(29000)
)


@pytest.mark.parametrize(
    ("plan", "held", "is_rounded_up", "side", "size", "reduce_only"),
    [
        (LONG, "1", False, Side.SELL, "1", True),
        (SHORT, "-1", False, Side.BUY, "1", True),
        (LONG, "-1", False, Side.BUY, "1", False),
        (SHORT, "1", False, Side.SELL, "1", False),
        (LONG, "0.0001", False, Side.SELL, "0.0001", True),
        (LONG, "0.0001", True, Side.SELL, "0.00049", True),
        (LONG, "-0.00033", False, Side.BUY, "0.0007", False),
        (LONG, "-0.00034", False, Side.BUY, "0.00034", False),
        (SHORT, "0.00035", False, Side.SELL, "0.00074", False),
        (SHORT, "0.00036", False, Side.SELL, "0.00036", False),
    ],
)
def test_an_exit_is_for_what_is_held_unless_that_is_too_little(
    plan: object, held: str, is_rounded_up: bool, side: Side, size: str, reduce_only: bool
) -> None:
    draft = exit_draft(
        plan,
        BTC,
        a_quote("30000"),
        Decimal(held),
        is_rounded_up=is_rounded_up,  # type: ignore[arg-type]
    )
    assert (draft.side, draft.size, draft.reduce_only) == (side, Decimal(size), reduce_only)


@given(
    st.integers(1, 200_000).map(lambda lots: lots * Decimal("0.00001")),
    st.integers(1_000, 200_000).map(Decimal),
    st.sampled_from([LONG, SHORT]),
)
def test_what_is_given_back_is_always_worth_enough_and_so_is_what_is_too_much(
    owed: Decimal, mid: Decimal, plan: object
) -> None:
    sign = plan.direction.sign  # type: ignore[attr-defined]
    draft = exit_draft(plan, BTC, a_quote(mid), -sign * owed, is_rounded_up=False)  # type: ignore[arg-type]
    least = min(draft.limit_price, mid)
    assert draft.size * least >= BTC.minimum_notional
    extra = draft.size - owed
    assert extra == 0 or extra * least >= BTC.minimum_notional


def overtrade(desk: Desk, plan: str, by: Decimal) -> None:
    """The journal hears that the plan's stop has traded more than the plan held."""
    stop = desk.load(plan).orders_of(Leg.STOP)[0]
    desk.trade_by_hand(Side.SELL, SIZE + by)
    fill = Fill(
        trade_id=999,
        order_id=stop.order_id or 0,
        cloid=stop.cloid,
        symbol="BTC",
        side=Side.SELL,
        price=Decimal(59_000),
        size=SIZE + by,
        fee=Decimal(0),
        fee_token="USDC",
        is_taker=True,
        realised=Decimal(0),
        position_before=2 * SIZE,
        traded_at=desk.clock(),
    )
    told = OrderFilled(cloid=stop.cloid, leg=Leg.STOP, fill=fill, is_complete=True, reason="probe")
    desk.journal.append(desk.load(plan), (told,), desk.clock())


def test_less_than_the_minimum_is_given_back_to_the_last_lot(desk: Desk) -> None:
    """Two plans hold; one has taken 6 US dollars' worth from the other."""
    plan, other = desk.protect(), desk.protect()
    overtrade(desk, plan, Decimal("0.0001"))
    for _ in range(6):
        desk.track(plan)
    lifecycle = desk.load(plan)
    assert (lifecycle.stage, lifecycle.position.size) == (Stage.ANALYZE, 0)
    assert lifecycle.outcome is Outcome.CLOSED
    exits = lifecycle.orders_of(Leg.EXIT)
    assert [order.request.reduce_only for order in exits] == [False, True]
    assert desk.held() == desk.load(other).position.size == SIZE


def test_a_rest_below_the_minimum_is_left_though_others_hold_the_symbol(desk: Desk) -> None:
    """A reduce-only order of less than the whole account's position is not exempt."""
    plan, other = desk.protect(), desk.protect()
    overtrade(desk, plan, Decimal("-0.0001"))
    desk.cancel(plan, close=True)
    for _ in range(8):
        desk.track(plan)
    lifecycle = desk.load(plan)
    assert (lifecycle.stage, lifecycle.position.size) == (Stage.ANALYZE, 0)
    assert len(lifecycle.orders_of(Leg.EXIT)) == 3
    assert desk.held() == desk.load(other).position.size == SIZE
