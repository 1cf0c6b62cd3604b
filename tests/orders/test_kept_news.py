"""What was found of a plan is written, also when its next step fails."""

from collections.abc import Callable

import pytest

from tests.orders.desk import SIZE, Desk
from tests.orders.faults import FaultyVenue, drops_the_request
from tests.support.damage import damage_to
from trader.errors import TraderError
from trader.lifecycle.journal import UnreadableLifecycle
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.orders.holdings import PositionMoving
from trader.orders.sender import CancellationUnheard
from trader.orders.tracker import SymbolGone
from trader.venues.instrument import Side
from trader.venues.venue import VenueUnavailable

Breaks = Callable[[pytest.MonkeyPatch], None]


def delists(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FaultyVenue, "instruments", lambda _: {})


def has_no_price(patch: pytest.MonkeyPatch) -> None:
    def quote(*_: object) -> None:
        raise VenueUnavailable("no book")

    patch.setattr(FaultyVenue, "quote", quote)


@pytest.mark.parametrize(
    ("breaks", "error"),
    [(delists, SymbolGone), (has_no_price, VenueUnavailable)],
)
def test_trades_are_booked_though_the_position_cannot_be_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, breaks: Breaks, error: type[TraderError]
) -> None:
    plan = desk.place(stop_loss=None, take_profit=None)
    desk.cancel(plan, close=True)
    breaks(monkeypatch)
    for _ in range(2):
        with pytest.raises(error):
            desk.worker().track_order_lifecycle(plan)
    assert desk.load(plan).position.size == desk.held() == SIZE
    assert desk.events(plan).count("order_filled") == 1


def test_a_stop_that_traded_is_booked_though_the_target_is_not_withdrawn(desk: Desk) -> None:
    desk.protect(stop_loss=None)
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "56900")
    desk.venue.cancel_faults = [drops_the_request]
    with pytest.raises(CancellationUnheard):
        desk.worker().track_order_lifecycle(plan)
    assert desk.load(plan).position.size == 0
    assert desk.states(plan, Leg.STOP) == [OrderState.FILLED]


def test_what_became_of_its_orders_is_written_though_another_plan_cannot_be_read(
    desk: Desk,
) -> None:
    plan, other = desk.protect(), desk.protect()
    desk.trade_by_hand(Side.SELL, 2 * SIZE, reduce_only=True)
    with damage_to(desk.store) as damage:
        damage(other, 2, "seq = 100")
        with pytest.raises(UnreadableLifecycle):
            desk.track(plan)
    assert desk.states(plan, Leg.STOP) == desk.states(plan, Leg.TARGET) == [OrderState.CANCELLED]
    assert desk.load(plan).stage is Stage.TRACK


def test_it_is_written_though_the_account_trades_at_this_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = desk.protect()
    desk.protect()
    desk.trade_by_hand(Side.SELL, 2 * SIZE, reduce_only=True)
    fills = FaultyVenue.fills

    def traded_meanwhile(venue: FaultyVenue, since: object) -> object:
        desk.trade_by_hand(Side.SELL, SIZE / 10)
        return fills(venue, since)  # type: ignore[arg-type]

    monkeypatch.setattr(FaultyVenue, "fills", traded_meanwhile)
    with pytest.raises(PositionMoving):
        desk.track(plan)
    assert desk.states(plan, Leg.STOP) == [OrderState.CANCELLED]


def test_who_was_first_has_written_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure goes on as it is, whatever another worker did meanwhile."""
    plan = desk.place()

    def delisted_meanwhile(_: FaultyVenue) -> dict[str, object]:
        monkeypatch.undo()
        desk.track(plan, desk.connect())
        return {}

    monkeypatch.setattr(FaultyVenue, "instruments", delisted_meanwhile)
    with pytest.raises(SymbolGone):
        desk.worker().track_order_lifecycle(plan)
    assert desk.has_one_order_a_leg(plan)
    assert desk.events(plan).count("order_filled") == 1
