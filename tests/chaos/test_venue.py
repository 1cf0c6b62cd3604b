"""A venue that is killed, frozen, or refuses, and comes back with its ledger."""

import time
from contextlib import closing
from pathlib import Path
from random import Random
from threading import Thread

import pytest
import requests

from chaos.acts.act import Act, ActKind
from chaos.acts.endings import STATUSES, end_orders
from chaos.acts.refusals import WORDS, refuse
from chaos.market_path import Jump, MarketPath
from chaos.traffic import Traffic
from chaos.verdict.refusals import PASSING
from tests.chaos.conftest import TradedVenue
from trader.processes.waiting import wait_until
from trader.strands.sqlite import SqliteStore


def test_a_frozen_venue_answers_afterwards(traded: TradedVenue) -> None:
    freezing = Thread(target=traded.venue.freeze, args=(1.5,))
    freezing.start()
    wait_until(lambda: traded.venue.is_away, 5, "it stands")
    with pytest.raises(requests.Timeout):
        requests.get(f"{traded.venue.url}/_local/health", timeout=0.3)
    assert "filled" in traded.order(1.0, 3100)
    freezing.join()
    (outage,) = traded.venue.outages
    assert (outage.ended - outage.began).total_seconds() >= 1.5
    assert not traded.venue.is_away


def test_a_killed_venue_comes_back_with_its_ledger(traded: TradedVenue) -> None:
    traded.order(1.0, 3100)
    before = traded.ledger()
    traded.venue.kill()
    traded.venue.calm()
    assert traded.ledger() == before
    assert len(traded.venue.outages) == 1


@pytest.mark.parametrize("seed", range(12))
def test_it_refuses_in_words_for_what_passes_and_takes_orders_again(
    traded: TradedVenue, seed: int
) -> None:
    act = Act(0.0, ActKind.VENUE_REFUSES, seconds=1.0, seed=seed)
    refusing = Thread(target=refuse, args=(traded.venue, act))
    refusing.start()
    wait_until(lambda: bool(traded.venue.controls.faults()["faults"]), 5, "it refuses")
    order = {"limit": {"tif": "Ioc"}}
    answer = traded.agent.order("ETH", True, 1.0, 3100, order)
    assert any(words in str(answer) for words in PASSING)
    refusing.join()
    assert "filled" in traded.order(1.0, 3100)
    assert len(traded.venue.outages) == 1


def test_all_its_words_are_said() -> None:
    drawn = {str(Act(0.0, ActKind.VENUE_REFUSES, seed=s).chance().choice(WORDS)) for s in range(99)}
    assert len(drawn) == len(WORDS)


def test_it_ends_working_orders_by_itself(traded: TradedVenue) -> None:
    resting = [traded.order(0.1, 2000 + step, "Gtc")["resting"]["oid"] for step in range(6)]
    act = Act(0.0, ActKind.VENUE_ENDS_ORDERS, seed=3)
    assert end_orders(traded.venue, traded.owner.address, act)
    ended = [order for order in traded.venue.controls.ledger_orders() if order["status"] != "open"]
    assert 1 <= len(ended) < len(resting)
    assert {order["status"] for order in ended} <= set(STATUSES)


def test_it_has_nothing_to_end_when_nothing_works(traded: TradedVenue) -> None:
    traded.order(1.0, 3100)
    act = Act(0.0, ActKind.VENUE_ENDS_ORDERS, seed=3)
    assert not end_orders(traded.venue, traded.owner.address, act)
    (filled,) = traded.ledger().orders
    assert not traded.venue.end_order(filled.order_id, STATUSES[0])


def test_a_venue_that_is_away_does_nothing_by_itself(traded: TradedVenue) -> None:
    traded.venue.url = "http://127.0.0.1:1"
    traded.venue.controls.url = traded.venue.url
    assert not refuse(traded.venue, Act(0.0, ActKind.VENUE_REFUSES, seconds=60.0))
    assert not end_orders(traded.venue, traded.owner.address, Act(0.0, ActKind.VENUE_ENDS_ORDERS))


def test_a_price_that_jumps_is_the_one_at_which_it_trades(
    traded: TradedVenue, tmp_path: Path
) -> None:
    moves = MarketPath(Random(1), 1.0, (Jump(0.5, "ETH", 1),)).moves
    with closing(SqliteStore(tmp_path / "trader.db")) as store:
        Traffic(store, traded.venue).move(moves, time.monotonic())
    assert "error" in traded.order(1.0, 3200)
    assert float(traded.order(1.0, 4000)["filled"]["avgPx"]) == pytest.approx(3450, rel=0.02)
