"""What the journal tells of a position that its plan lost: trades of other hands, and rivals."""

from collections.abc import Iterator

from trader.lifecycle.foreign_closing import ForeignTrades
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Outcome, Stage
from trader.performance.foreign_closing import (
    CLOCK_TOLERANCE,
    MOST_TRADES,
    trades_meanwhile,
)
from trader.performance.subject import plan_of
from trader.reconciliation.account import STAGE
from trader.reconciliation.account_stream import ACCOUNTS
from trader.reconciliation.events import ExternalFillFound, LiquidationFound
from trader.strands.store import StrandStore
from trader.venues.orders import Fill


def foreign_trades_of(store: StrandStore, lifecycle: Lifecycle) -> ForeignTrades | None:
    """As the journal has them now; None for a plan that lost nothing."""
    if lifecycle.outcome is not Outcome.CLOSED_EXTERNALLY or lifecycle.position.size == 0:
        return None
    trades = trades_meanwhile(lifecycle, _fills_of_other_hands(store))
    return ForeignTrades(trades=trades[: MOST_TRADES + 1], rivals=_rivals(store, lifecycle))


def _fills_of_other_hands(store: StrandStore) -> Iterator[Fill]:
    """Those of the one account that is watched; of several, nobody can tell which is the plan's."""
    accounts = store.lifecycles(stage=STAGE, limit=2)
    if len(accounts) == 1:
        for strand in store.load(accounts[0].lifecycle_id):
            match ACCOUNTS.event(strand):
                case ExternalFillFound(fill=fill) | LiquidationFound(fill=fill):
                    yield fill


def _rivals(store: StrandStore, lifecycle: Lifecycle) -> tuple[str, ...]:
    """The other plans of the symbol that lost something since the plan's first trade."""
    since = lifecycle.fills[0].traded_at - CLOCK_TOLERANCE
    lost = {
        row.lifecycle_id
        for stage in (Stage.ANALYZE, Stage.DONE)
        for row in rows_in(store, stage, symbol=plan_of(lifecycle).symbol)
        if row.outcome == Outcome.CLOSED_EXTERNALLY and row.updated_at >= since
    }
    return tuple(sorted(lost - {lifecycle.lifecycle_id}))
