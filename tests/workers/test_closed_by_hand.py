"""The owner closes a plan's position with the venue's own SDK, while workers follow the plan."""

from pathlib import Path

import pytest
from celery import Celery
from eth_account import Account
from hyperliquid.exchange import Exchange

from tests.local_exchange.controls import Controls
from tests.support.real_processes import RealExchange
from tests.workers.carrying import ANALYZE, SWEEP_ORDERS, TRACK, carry_out, plan_at
from tests.workers.conftest import forget
from trader.lifecycle.foreign_closing import ForeignHand
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Outcome, Stage
from trader.processes.local_account import local_account
from trader.replay.replay import replay
from trader.strands.store import StrandStore


@pytest.fixture
def lost_plan(
    app: Celery, store: StrandStore, market: Controls, exchange: RealExchange, tmp_path: Path
) -> str:
    """A plan whose position the owner closed at a profit, before the account's journal has it."""
    carry_out(app, SWEEP_ORDERS)  # the account is watched from here on
    lifecycle_id = plan_at(Stage.TRACK, app, store, market)
    market.set_mid("BTC", "102000")
    owner = Account.from_key(local_account(tmp_path).private_key)
    answer = Exchange(owner, exchange.url, timeout=10).market_close("BTC")
    assert "filled" in answer["response"]["data"]["statuses"][0]
    carry_out(app, TRACK, lifecycle_id)
    return lifecycle_id


def test_the_analysis_has_the_profit_and_says_whose_hands_it_were(
    app: Celery, store: StrandStore, journal: Journal, lost_plan: str
) -> None:
    carry_out(app, ANALYZE, lost_plan)
    lost = journal.load(lost_plan)
    assert (lost.stage, lost.outcome) == (Stage.ANALYZE, Outcome.CLOSED_EXTERNALLY)

    carry_out(app, SWEEP_ORDERS)
    carry_out(app, ANALYZE, lost_plan)
    lifecycle = journal.load(lost_plan)
    assert lifecycle.stage is Stage.DONE
    assert lifecycle.analysis is not None
    result = lifecycle.analysis.result
    assert result.foreign_closing is not None
    assert result.foreign_closing.by == (ForeignHand.OTHER_HANDS,)
    assert result.net is not None
    assert 8 < result.net < 11  # 2% of 500 US dollars
    assert "closed by other hands" in lifecycle.analysis.reason
    assert lifecycle.analysis.actual_outcome.endswith("closed by other hands")
    assert replay(store.load(lost_plan)) == ()


def test_trades_that_never_come_are_not_waited_for_for_ever(
    app: Celery, journal: Journal, lost_plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADER_HEARTBEAT_SECONDS", "0.001")
    forget()
    carry_out(app, ANALYZE, lost_plan)
    lifecycle = journal.load(lost_plan)
    assert lifecycle.stage is Stage.DONE
    assert lifecycle.analysis is not None
    assert lifecycle.analysis.result.net is None
    assert lifecycle.analysis.actual_outcome.startswith("profit unknown")
