"""What an exchange worker makes sure of before it acts."""

import pytest
from celery import Celery

from tests.local_exchange.controls import Controls
from tests.workers.carrying import PLACE, SWEEP_ORDERS, carry_out, plan_at
from tests.workers.conftest import forget
from trader.errors import Misconfigured
from trader.lifecycle.stage import Stage
from trader.strands.store import StrandStore


@pytest.mark.parametrize("network", ["testnet", "mainnet"])
def test_a_journal_of_another_network_sends_nothing(
    app: Celery,
    store: StrandStore,
    market: Controls,
    monkeypatch: pytest.MonkeyPatch,
    network: str,
) -> None:
    """Its plans were approved for other money."""
    from workers import exchange_context

    lifecycle_id = plan_at(Stage.PLACE, app, store, market)
    carry_out(app, SWEEP_ORDERS)
    before = store.load(lifecycle_id)
    monkeypatch.setenv("TRADER_NETWORK", network)
    monkeypatch.setenv("TRADER_LIVE", "true")
    forget()
    with pytest.raises(Misconfigured, match=f"belong to local: on {network}"):
        exchange_context.order_manager()
    with pytest.raises(Misconfigured, match=f"belong to local: on {network}"):
        exchange_context.reconciler()
    carry_out(app, PLACE, lifecycle_id)
    assert store.load(lifecycle_id) == before
