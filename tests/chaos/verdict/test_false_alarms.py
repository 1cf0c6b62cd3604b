"""An account's strand that tells of other hands is found; differences that pass are not."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from chaos.verdict.false_alarms import false_alarms
from chaos.verdict.judge import Crime, Finding
from tests.reconciliation.test_compare import a_fill
from tests.support.lifecycles import START
from trader.lifecycle.encoding import to_strands
from trader.reconciliation.account import account_id_of, fold_account, project_account
from trader.reconciliation.events import (
    AccountEvent,
    AccountOpened,
    ExternalFillFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, StrandStore

ACCOUNT = account_id_of("hyperliquid", "local", "0x1")
OPENED = AccountOpened(venue="hyperliquid", address="0x1", since=START, reason="watched")


def write_account(store: StrandStore, *events: AccountEvent) -> None:
    strands = to_strands(
        [OPENED, *events],
        lifecycle_id=ACCOUNT,
        plan=None,
        last_seq=-1,
        last_strand_id=None,
        now=START,
    )
    state = fold_account(strands)
    assert state is not None
    store.append(ACCOUNT, NEW, strands, project_account(state))


@pytest.mark.parametrize(
    ("event", "is_one"),
    [
        (ExternalFillFound(fill=a_fill(None), reason="no plan's"), True),
        (LiquidationFound(fill=a_fill(None, liquidation=True), reason="liquidated"), True),
        (
            PositionDiffers(
                symbol="BTC", at_venue=Decimal(1), in_journal=Decimal(0), reason="on its way"
            ),
            False,
        ),
    ],
)
def test_only_other_hands_are_a_false_alarm(
    event: AccountEvent, is_one: bool, tmp_path: Path
) -> None:
    with closing(SqliteStore(tmp_path / "trader.db")) as store:
        write_account(store, event)
        found = Finding(Crime.FALSE_ALARM, ACCOUNT, f"seq 1: {event.reason}")
        assert false_alarms(store) == ((found,) if is_one else ())
