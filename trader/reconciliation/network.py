"""A journal belongs to one network: its plans were approved for the money that is traded there."""

from trader.errors import Misconfigured
from trader.reconciliation.account import STAGE, network_of
from trader.settings import Network
from trader.strands.store import StrandStore


def require_network(store: StrandStore, network: Network) -> None:
    """Raises Misconfigured when an account was watched on another one, StoreUnavailable."""
    for row in store.lifecycles(stage=STAGE):
        found = network_of(row.lifecycle_id)
        if found != network:
            raise Misconfigured(
                f"the journal's plans belong to {found}: on {network} they would trade other "
                "money; give each network a TRADER_STORE_URL of its own"
            )
