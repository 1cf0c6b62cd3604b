import time
from datetime import timedelta
from decimal import Decimal

from tests.orders.desk import Desk
from trader.lifecycle.stage import Leg
from trader.orders.observation import USUAL_TOLERANCE, Observer
from trader.plans.plan import LimitEntry
from trader.venues.orders import VenueOrderState

MILLISECONDS = timedelta(milliseconds=1)


def test_orders_in_doubt_and_orders_that_are_over_are_not_asked_for(desk: Desk) -> None:
    plan = desk.protect()
    (entry,) = desk.load(plan).orders_of(Leg.ENTRY)
    facts = Observer(desk.venue).look(desk.load(plan), desk.clock())

    assert len(facts.reports) == 2
    assert entry.cloid not in facts.reports
    assert facts.fills == ()


def test_an_order_that_was_just_answered_is_not_asked_for_again(desk: Desk) -> None:
    plan = desk.protect()
    stop, target = desk.load(plan).orders_of(Leg.STOP, Leg.TARGET)

    assert set(Observer(desk.venue).look(desk.load(plan), desk.clock(), {stop.cloid}).reports) == {
        target.cloid
    }


def test_trades_are_asked_for_with_the_report_that_tells_of_them(desk: Desk) -> None:
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "56900")
    facts = Observer(desk.venue).look(desk.load(plan), desk.clock())

    stop, target = desk.load(plan).orders_of(Leg.STOP, Leg.TARGET)
    assert facts.reports[stop.cloid].state is VenueOrderState.FILLED
    assert facts.reports[target.cloid].state is VenueOrderState.CANCELLED
    assert stop.cloid in {fill.cloid for fill in facts.fills}


def test_no_trade_is_missed_when_the_venues_clock_is_behind_ours(desk: Desk) -> None:
    """The first trade lies before our short look back, the second within it: both are wanted."""
    desk.clock.advance(USUAL_TOLERANCE + 100 * MILLISECONDS)
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", "0.004"], ["60100", "1"]])
    plan = desk.place(order=LimitEntry(price=Decimal(60_000)))
    (intent,) = desk.load(plan).intents.values()
    while desk.clock() < intent.intended_at + 200 * MILLISECONDS:
        time.sleep(0.005)
    desk.place(order=LimitEntry(price=Decimal(58_000)))  # the exchange looks at its clock
    desk.exchange.set_depth("BTC", [["59900", "1"]], [["60000", "0.006"]])

    facts = Observer(desk.venue).look(desk.load(plan), desk.clock())
    assert [fill.size for fill in facts.fills] == [Decimal("0.004"), Decimal("0.006")]
    assert facts.fills[0].traded_at < intent.intended_at - USUAL_TOLERANCE
    assert facts.fills[1].traded_at >= intent.intended_at - USUAL_TOLERANCE
