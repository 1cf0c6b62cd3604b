"""What the account's strands tell of other hands: in a run there are none but the Trader's."""

from chaos.verdict.judge import Crime, Finding
from trader.lifecycle.encoding import to_event
from trader.reconciliation.account import STAGE
from trader.reconciliation.events import ExternalFillFound, ExternalOrderFound, LiquidationFound
from trader.strands.store import StrandStore

OTHER_HANDS = (ExternalOrderFound, ExternalFillFound, LiquidationFound)


def false_alarms(store: StrandStore) -> tuple[Finding, ...]:
    """Every order, trade or liquidation that an account's strands take for somebody else's."""
    return tuple(
        Finding(Crime.FALSE_ALARM, row.lifecycle_id, f"seq {strand.seq}: {event.reason}")
        for row in store.lifecycles(stage=STAGE)
        for strand in store.load(row.lifecycle_id)
        if isinstance(event := to_event(strand), OTHER_HANDS)
    )
