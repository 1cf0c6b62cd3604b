"""What the owner does by hand stands apart from what is done for him."""

from decimal import Decimal
from random import Random

from tests.chaos.conftest import TradedVenue

PATIENT = 40
"""So many seeds draw each of his acts."""


def test_the_ledger_tells_the_owners_hand_from_the_agents(traded: TradedVenue) -> None:
    traded.order(1.0, 3100)
    traded.order(1.0, 2000, "Gtc")
    assert traded.owner.act(Random(1))
    ledger = traded.ledger()
    assert {order.signer for order in ledger.orders} == {traded.agent.wallet.address.lower()}
    assert {order.signer for order in ledger.owners_orders} <= {traded.owner.address}
    assert [trade.size for trade in ledger.trades] == [Decimal(1)]


def test_in_time_he_closes_cancels_and_places_orders(traded: TradedVenue) -> None:
    for number in range(PATIENT):
        traded.order(0.1, 3100)
        traded.order(0.1, 2000, "Gtc")
        assert traded.owner.act(Random(number))
    ledger = traded.ledger()
    assert any(trade.size < 0 for trade in ledger.owners_trades)
    assert any(order.is_working for order in ledger.owners_orders)
    assert any(not order.is_working and not order.filled for order in ledger.orders)
    assert ledger.positions == {"ETH": ledger.net_traded["ETH"]}
    assert ledger.net_traded["ETH"] >= 0


def test_he_has_to_have_something_to_do(traded: TradedVenue) -> None:
    assert traded.owner.act(Random(1))
    (resting,) = traded.ledger().owners_orders
    assert resting.is_working
