"""What the stack's own exchange goes on from: a later start, a damaged folder, a lost one."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.flows.plans import a_plan
from tests.local_exchange.controls import Controls
from tests.support.flow import Flow
from tests.support.lifecycles import LifecycleBuilder
from tests.support.real_processes import real_stack
from trader.errors import Misconfigured
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Leg, Outcome
from trader.processes.local_account import START_USDC
from trader.processes.local_venue import FOLDER
from trader.processes.stack import Stack
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append

QUICK = {"TRADER_HEARTBEAT_SECONDS": "1"}


@contextmanager
def running(folder: Path) -> Iterator[tuple[Stack, Flow]]:
    """A stack that brings everything itself, on a market that stands still."""
    database = folder / "trader.db"
    with (
        real_stack(folder, QUICK, "--frozen", durable=True) as stack,
        closing(SqliteStore(database)) as store,
    ):
        yield stack, Flow(database, store, Controls(stack.settings.venue_url), stack.supervisor)


def account(stack: Stack) -> Any:
    query = {"type": "clearinghouseState", "user": stack.settings.account_address}
    return requests.post(f"{stack.settings.venue_url}/info", json=query, timeout=5).json()


def sizes(stack: Stack) -> list[str]:
    return [held["position"]["szi"] for held in account(stack)["assetPositions"]]


def money(stack: Stack) -> float:
    return float(account(stack)["marginSummary"]["accountValue"])


def test_the_next_stack_goes_on_from_the_folder(tmp_path: Path) -> None:
    with running(tmp_path) as (stack, flow):
        plan = flow.submit(a_plan())
        flow.wait_until_working(plan, Leg.STOP, Leg.TARGET)
        before = flow.market.ledger_orders()
    with running(tmp_path) as (stack, flow):
        assert flow.market.ledger_orders() == before
        assert sizes(stack) == ["0.2"]
        assert money(stack) < START_USDC, "the account is funded once only, and has paid fees"
        flow.market.set_mid("ETH", "3150")
        assert flow.wait_until_done(plan).outcome is Outcome.CLOSED
        assert sizes(stack) == []


def test_an_account_that_an_interrupted_start_left_without_money_is_funded(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    with running(tmp_path) as (stack, _):
        assert money(stack) == START_USDC


def test_a_folder_that_it_cannot_go_on_from_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "inputs.jsonl").write_text(json.dumps({"colour": "red"}) + "\n")
    with (
        pytest.raises(Misconfigured, match=r"error: .* does not begin with a header.* remove"),
        running(tmp_path),
    ):
        pass


@pytest.mark.parametrize("has_traded", [True, False])
def test_a_journal_whose_open_orders_are_on_a_lost_exchange_is_refused(
    tmp_path: Path, has_traded: bool
) -> None:
    builder = LifecycleBuilder().entered() if has_traded else LifecycleBuilder().accepted()
    with closing(SqliteStore(tmp_path / "trader.db")) as store:
        store.append(Append(builder.lifecycle_id, NEW, builder.strands, project(builder.lifecycle)))
    if has_traded:
        with pytest.raises(Misconfigured, match="put it back there"), running(tmp_path):
            pass
        assert not (tmp_path / FOLDER).exists()
    else:
        with running(tmp_path):
            assert (tmp_path / FOLDER).exists()
