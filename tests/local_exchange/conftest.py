"""A real server on a free port for each test, its market frozen."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info

from local_exchange.engine.config import ExchangeConfig, MarketConfig
from local_exchange.server import LocalExchangeServer, ServerConfig
from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls

START_SECONDS = 10.0
FROZEN = ServerConfig(exchange=ExchangeConfig(market=MarketConfig(frozen=True, step_ms=50)))


class ServerThread:
    """Runs a server's event loop beside the test, so that blocking clients can call it."""

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self.url = ""

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("the local exchange did not start")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(START_SECONDS)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with LocalExchangeServer(self._config) as server:
            self.url = server.url
            self._ready.set()
            await server.run_until(self._stopping)


@pytest.fixture
def exchange_server() -> Iterator[str]:
    """The URL of a local exchange whose prices move only when told to."""
    server = ServerThread(FROZEN)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def controls(exchange_server: str) -> Controls:
    """The `/_local` side of `exchange_server`."""
    return Controls(exchange_server)


@pytest.fixture
def wallet(controls: Controls) -> LocalAccount:
    """A fresh key whose account holds 10000 USDC."""
    account: LocalAccount = Account.create()
    controls.deposit(account.address)
    return account


@pytest.fixture
def exchange(exchange_server: str, wallet: LocalAccount) -> Iterator[Exchange]:
    """The official client, signing with `wallet`."""
    client = Exchange(wallet, exchange_server, timeout=TIMEOUT_SECONDS)
    yield client
    client.session.close()
    client.info.session.close()


@pytest.fixture
def info(exchange: Exchange) -> Info:
    """The official client's queries."""
    return exchange.info
