import pytest

from tests.orders.desk import Desk
from trader.errors import Misconfigured
from trader.reconciliation.account import account_id_of, network_of
from trader.reconciliation.network import require_network
from trader.reconciliation.reconciler import Reconciler
from trader.settings import Network


def test_a_new_journal_belongs_to_nobody_yet(desk: Desk) -> None:
    for network in Network:
        require_network(desk.store, network)


def test_a_journal_belongs_to_the_network_whose_account_it_watched(
    desk: Desk, reconciler: Reconciler
) -> None:
    reconciler.reconcile()
    require_network(desk.store, Network.LOCAL)
    for network in (Network.TESTNET, Network.MAINNET):
        with pytest.raises(Misconfigured, match=f"belong to local: on {network}"):
            require_network(desk.store, network)


@pytest.mark.parametrize("network", list(Network))
def test_the_accounts_id_names_the_network(network: Network) -> None:
    assert network_of(account_id_of("hyperliquid", network, "0xABC")) == network
