"""An account of its own at a real local exchange for every test that asks for `venue`."""

from collections.abc import Iterator

import pytest
from eth_account import Account as EthAccount
from eth_account.signers.local import LocalAccount

from tests.venues.exchange_process import ExchangeProcess
from tests.venues.hyperliquid.connecting import MID, connect
from trader.venues.credentials import Credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration


@pytest.fixture(scope="module")
def exchange() -> Iterator[ExchangeProcess]:
    with ExchangeProcess() as process:
        yield process


@pytest.fixture
def wallet() -> LocalAccount:
    """A key that nobody has used, so that every test has an account of its own."""
    account: LocalAccount = EthAccount.create()
    return account


@pytest.fixture
def credentials(wallet: LocalAccount) -> Credentials:
    """What signs for the account."""
    return Credentials(wallet)


@pytest.fixture
def venue(exchange: ExchangeProcess, credentials: Credentials) -> HyperliquidIntegration:
    exchange.set_mid("BTC", str(MID))
    exchange.deposit(credentials.address)
    return connect(exchange, credentials, credentials.address)
