"""What the account's strands tell of other hands, held against what the owner did by hand."""

from collections.abc import Iterator, Set

from chaos.verdict.finding import Crime, Finding
from chaos.verdict.records import Ledger
from trader.reconciliation.account import STAGE
from trader.reconciliation.account_stream import ACCOUNTS
from trader.reconciliation.events import ExternalFillFound, ExternalOrderFound, LiquidationFound
from trader.strands.store import StrandStore
from trader.streams.event import Event

OTHER_HANDS = (ExternalOrderFound, ExternalFillFound, LiquidationFound)


def false_alarms(store: StrandStore, ledger: Ledger) -> tuple[Finding, ...]:
    """Every order, trade or liquidation that was taken for somebody else's, and was not."""
    orders = {order.order_id for order in ledger.owners_orders}
    trades = {trade.trade_id for trade in ledger.owners_trades}
    return tuple(
        Finding(Crime.FALSE_ALARM, account_id, f"seq {seq}: {event.reason}")
        for account_id, seq, event in _told(store)
        if isinstance(event, OTHER_HANDS) and not _is_owners(event, orders, trades)
    )


def unnoticed(store: StrandStore, ledger: Ledger) -> tuple[Finding, ...]:
    """Every trade of the owner's that no strand tells of: it is lost."""
    told = [event for _, _, event in _told(store) if isinstance(event, ExternalFillFound)]
    noticed = {event.fill.trade_id for event in told}
    return tuple(
        Finding(Crime.LOST, str(trade_id), "nobody noticed this trade of the account's owner")
        for trade_id in sorted({trade.trade_id for trade in ledger.owners_trades} - noticed)
    )


def _is_owners(event: Event, orders: Set[int], trades: Set[int]) -> bool:
    match event:
        case ExternalOrderFound(order=order):
            return order.order_id in orders
        case ExternalFillFound(fill=fill):
            return fill.trade_id in trades
        case _:
            return False


def _told(store: StrandStore) -> Iterator[tuple[str, int | None, Event]]:
    for row in store.lifecycles(stage=STAGE):
        for strand in store.load(row.lifecycle_id):
            yield row.lifecycle_id, strand.seq, ACCOUNTS.event(strand)
