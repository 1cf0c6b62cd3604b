"""A venue that may be made to fail, and an account there that an agent trades for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from hyperliquid.exchange import Exchange

from chaos.owner import Owner
from chaos.venue import FailingVenue, failing_venue
from chaos.verdict.ledger import read_ledger
from chaos.verdict.records import Ledger


@dataclass(frozen=True)
class TradedVenue:
    """A venue, an owner of an account there, and what his agent trades with."""

    venue: FailingVenue
    owner: Owner
    agent: Exchange

    def order(self, size: float, price: float, tif: str = "Ioc") -> Any:
        """The agent buys ETH."""
        answer = self.agent.order("ETH", True, size, price, {"limit": {"tif": tif}})
        (status,) = answer["response"]["data"]["statuses"]
        return status

    def ledger(self) -> Ledger:
        """What the venue did for the account."""
        return read_ledger(self.venue.url, self.owner.address)


@pytest.fixture
def traded(tmp_path: Path) -> Iterator[TradedVenue]:
    """ETH stands at 3000, and nothing fails yet."""
    with failing_venue(tmp_path / "venue", seed=1) as venue:
        owner = Owner(venue.url)
        venue.controls.deposit(owner.address)
        agent = Account.from_key(owner.approve_agent())
        yield TradedVenue(
            venue, owner, Exchange(agent, venue.url, account_address=owner.address, timeout=5)
        )
