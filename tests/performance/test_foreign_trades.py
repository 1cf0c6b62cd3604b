"""Positions that others closed at the exchange, and what the journal then tells of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.orders.desk import SIZE, Desk
from tests.replay.test_replay import tampered
from trader.lifecycle.analysis_events import PlanAnalyzed
from trader.lifecycle.foreign_closing import ForeignHand, ForeignTrades
from trader.lifecycle.stage import Outcome, Stage
from trader.performance.analyzer import PerformanceAnalyzer
from trader.performance.foreign_trades import foreign_trades_of
from trader.plans.plan import Quantity
from trader.reconciliation.account import account_id_of
from trader.reconciliation.reconciler import Reconciler
from trader.replay.replay import replay
from trader.settings import Network
from trader.venues.instrument import Side
from trader.venues.orders import Fill


def follow(desk: Desk, watching: Reconciler) -> None:
    """What the sweeps do until nothing is left to do."""
    for _ in range(3):
        for lifecycle_id in watching.reconcile():
            desk.track(lifecycle_id)


def analyze(desk: Desk, plan: str) -> PlanAnalyzed:
    """The plan's analysis, from the journal as a worker reads it, and written there."""
    lifecycle = desk.load(plan)
    assert lifecycle.outcome is Outcome.CLOSED_EXTERNALLY
    analysis = PerformanceAnalyzer().analyze(lifecycle, foreign_trades_of(desk.store, lifecycle))
    desk.journal.append(lifecycle, (analysis,), desk.clock())
    assert replay(desk.store.load(plan)) == ()
    return analysis


def trades_by_the_venue(desk: Desk) -> list[Fill]:
    """All trades of the account, oldest first."""
    return list(desk.venue.fills(desk.clock() - timedelta(hours=1)))


def profit_by_the_venue(desk: Desk) -> Decimal:
    """What the account earned, by the exchange's own figures."""
    return sum((fill.realised - fill.fee for fill in trades_by_the_venue(desk)), Decimal(0))


def test_a_position_closed_by_hand_earned_what_the_venue_says(
    desk: Desk, watching: Reconciler
) -> None:
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "60600")
    desk.trade_by_hand(Side.SELL, SIZE / 4, reduce_only=True)
    desk.exchange.set_mid("BTC", "61200")
    desk.trade_by_hand(Side.SELL, SIZE * 3 / 4, reduce_only=True)
    follow(desk, watching)

    analysis = analyze(desk, plan)
    assert analysis.result.net == profit_by_the_venue(desk)
    assert analysis.result.net is not None
    assert analysis.result.net > 0
    assert analysis.actual_outcome.endswith(", closed by other hands")
    assert analysis.foreign is not None
    assert len(analysis.foreign.trades) == len(trades_by_the_venue(desk)) - 1


def test_a_replay_finds_another_profit_than_the_recorded_trades_give(
    desk: Desk, watching: Reconciler
) -> None:
    plan = desk.protect()
    desk.trade_by_hand(Side.SELL, reduce_only=True)
    follow(desk, watching)
    analysis = analyze(desk, plan)
    assert analysis.foreign is not None
    (trade,) = analysis.foreign.trades
    dearer = trade.model_copy(update={"price": trade.price + 1})
    change = {"foreign": ForeignTrades(trades=(dearer,)).model_dump(mode="json")}
    strands = tampered(desk.store.load(plan), "plan_analyzed", change)
    assert [found.seq for found in replay(strands)] == [strands[-1].seq]


def test_a_liquidated_position_has_its_loss(desk: Desk, watching: Reconciler) -> None:
    desk.exchange.set_depth("BTC", [["59990", "100"]], [["60000", "100"]])
    plan = desk.place(size=Quantity(value=Decimal(30)), stop_loss=None, take_profit=None)
    desk.track(plan)
    desk.exchange.set_mid("BTC", "56900")
    assert desk.held() == 0
    watching.reconcile()
    desk.clock.advance(timedelta(minutes=1))
    desk.track(plan)

    analysis = analyze(desk, plan)
    closing = analysis.result.foreign_closing
    assert closing is not None
    assert closing.by == (ForeignHand.LIQUIDATION,)
    assert analysis.result.net == profit_by_the_venue(desk)
    assert analysis.reason.startswith("closed by a liquidation")


def test_two_plans_that_lost_their_positions_compete_for_the_trades(
    desk: Desk, watching: Reconciler
) -> None:
    plans = [desk.protect(), desk.protect()]
    for _ in plans:
        desk.trade_by_hand(Side.SELL, SIZE, reduce_only=True)
    follow(desk, watching)

    first, second = (analyze(desk, plan) for plan in plans)
    assert first.foreign is not None
    assert second.foreign is not None
    assert (first.foreign.rivals, second.foreign.rivals) == ((plans[1],), (plans[0],))
    assert (first.result.net, second.result.net) == (None, None)


def test_a_plan_that_still_holds_its_own_does_not_compete(desk: Desk, watching: Reconciler) -> None:
    plans = [desk.protect(), desk.protect(take_profit=Decimal(61_000))]
    desk.trade_by_hand(Side.SELL, SIZE, reduce_only=True)
    follow(desk, watching)
    assert {desk.load(plan).stage for plan in plans} == {Stage.TRACK}
    desk.exchange.set_mid("BTC", "61100")
    follow(desk, watching)

    lost, closed = (desk.load(plan).outcome for plan in plans)
    assert (lost, closed) == (Outcome.CLOSED_EXTERNALLY, Outcome.CLOSED)
    assert analyze(desk, plans[0]).result.foreign_closing is not None


def test_a_plan_that_lost_its_position_before_does_not_compete(
    desk: Desk, watching: Reconciler
) -> None:
    before = desk.protect()
    desk.trade_by_hand(Side.SELL, reduce_only=True)
    desk.clock.advance(-timedelta(minutes=1))
    follow(desk, watching)
    desk.clock.advance(timedelta(minutes=1))
    assert desk.load(before).outcome is Outcome.CLOSED_EXTERNALLY

    plan = desk.protect()
    desk.trade_by_hand(Side.SELL, reduce_only=True)
    follow(desk, watching)
    assert analyze(desk, plan).result.net is not None


def test_of_two_accounts_nobody_knows_whose_the_trades_are(
    desk: Desk, watching: Reconciler
) -> None:
    other = account_id_of(desk.venue.name, Network.LOCAL, "0x" + "ff" * 20)
    replace(watching, account_id=other).reconcile()
    plan = desk.protect()
    desk.trade_by_hand(Side.SELL, reduce_only=True)
    follow(desk, watching)
    assert analyze(desk, plan).result.net is None


def test_the_owners_own_position_beside_it_makes_it_unknown(
    desk: Desk, watching: Reconciler
) -> None:
    desk.trade_by_hand(Side.BUY, SIZE)
    plan = desk.protect()
    desk.trade_by_hand(Side.SELL, 2 * SIZE, reduce_only=True)
    follow(desk, watching)
    assert analyze(desk, plan).result.net is None


@pytest.mark.parametrize("others", [0, 1])
def test_a_plan_that_lost_nothing_asks_for_nothing(desk: Desk, others: int) -> None:
    plan = desk.protect()
    desk.exchange.set_mid("BTC", "63100")
    for _ in range(others):
        desk.trade_by_hand(Side.SELL, SIZE)
    desk.track(plan)
    assert foreign_trades_of(desk.store, desk.load(plan)) is None
