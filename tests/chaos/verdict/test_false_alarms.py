"""An account's strand that tells of other hands is found; differences that pass are not."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from chaos.verdict.false_alarms import false_alarms, unnoticed
from chaos.verdict.finding import Crime, Finding
from chaos.verdict.records import AcceptedOrder, Ledger, Trade
from tests.reconciliation.test_compare import a_fill, open_report
from tests.support.lifecycles import START, LifecycleBuilder
from trader.lifecycle.stage import Leg
from trader.reconciliation.account import account_id_of
from trader.reconciliation.account_stream import ACCOUNTS
from trader.reconciliation.events import (
    AccountEvent,
    AccountOpened,
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.strands.sqlite import SqliteStore
from trader.strands.store import StrandStore
from trader.streams.journal import write

ACCOUNT = account_id_of("hyperliquid", "local", "0x1")
OPENED = AccountOpened(venue="hyperliquid", address="0x1", since=START, reason="watched")


def write_account(store: StrandStore, *events: AccountEvent) -> None:
    write(store, ACCOUNTS.change(ACCOUNT, None, [OPENED, *events], START))


FILL = a_fill(None)
RESTING = open_report(
    LifecycleBuilder().entered().intended(Leg.STOP, trigger="29000").answered().lifecycle, Leg.STOP
)
EXTERNAL_FILL = ExternalFillFound(fill=FILL, reason="no plan's")
EXTERNAL_ORDER = ExternalOrderFound(order=RESTING, reason="no plan placed it")
LIQUIDATION = LiquidationFound(fill=a_fill(None, liquidation=True), reason="liquidated")
PASSING = PositionDiffers(
    symbol="BTC", at_venue=Decimal(1), in_journal=Decimal(0), reason="on its way"
)

OF_THE_OWNER = Ledger(
    owners_orders=(
        AcceptedOrder(
            None, EXTERNAL_ORDER.order.order_id, "BTC", "0x1", 1, Decimal(1), Decimal(0), START
        ),
    ),
    owners_trades=(
        Trade(FILL.trade_id, FILL.order_id, None, "BTC", Decimal(-1), FILL.price, FILL.fee, START),
    ),
)
"""What EXTERNAL_FILL and EXTERNAL_ORDER speak of was the owner's doing."""


def found_in(folder: Path, ledger: Ledger, *events: AccountEvent) -> tuple[Finding, ...]:
    with closing(SqliteStore(folder / "trader.db")) as store:
        write_account(store, *events)
        return (*false_alarms(store, ledger), *unnoticed(store, ledger))


@pytest.mark.parametrize(
    ("event", "is_one"),
    [(EXTERNAL_FILL, True), (EXTERNAL_ORDER, True), (LIQUIDATION, True), (PASSING, False)],
)
def test_only_other_hands_are_a_false_alarm(
    event: AccountEvent, is_one: bool, tmp_path: Path
) -> None:
    found = Finding(Crime.FALSE_ALARM, ACCOUNT, f"seq 1: {event.reason}")
    assert found_in(tmp_path, Ledger(), event) == ((found,) if is_one else ())


def test_what_the_owner_did_is_no_false_alarm(tmp_path: Path) -> None:
    assert found_in(tmp_path, OF_THE_OWNER, EXTERNAL_FILL, EXTERNAL_ORDER) == ()


def test_a_liquidation_is_never_the_owners(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path, OF_THE_OWNER, EXTERNAL_FILL, LIQUIDATION)
    assert found.crime is Crime.FALSE_ALARM


def test_a_trade_of_the_owner_must_be_noticed(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path, OF_THE_OWNER, EXTERNAL_ORDER)
    assert (found.crime, found.subject) == (Crime.LOST, str(FILL.trade_id))
