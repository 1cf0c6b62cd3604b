"""The account's owner, who trades by hand beside the Trader, with the account's own key."""

import time
from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

import requests
from eth_account import Account
from hyperliquid.exchange import Exchange
from hyperliquid.utils.error import ClientError, ServerError

from chaos.market_path import price_text
from chaos.verdict.ledger import read_history
from chaos.verdict.records import ZERO, Ledger

TIMEOUT_SECONDS = 3
ATTEMPTS = 5
AGAIN_SECONDS = 0.3
CLOSED_SHARES = (0.3, 1.0)
"""How much of a position he closes."""
FAR = 0.4
"""Where his own order rests, of the price: nothing comes so low."""
RESTING_USDC = 20

Answer: TypeAlias = Any


class Owner:
    """He has the venue's official client, and an account of his own."""

    def __init__(self, url: str) -> None:
        self._wallet = Account.create()
        self._url = url
        self.address: str = self._wallet.address.lower()

    def approve_agent(self) -> str:
        """A key that may trade for the account. Only while the venue does not fail."""
        answer, key = self._client().approve_agent()
        assert answer["status"] == "ok", answer
        return str(key)

    def act(self, chance: Random) -> bool:
        """Do one of the things that owners do; whether the venue took it."""
        acts = [self._close, self._cancel, self._rest]
        chance.shuffle(acts)
        ledger = read_history(self._url, self.address)
        return any(act(chance, ledger) for act in acts)

    def _close(self, chance: Random, ledger: Ledger) -> bool:
        """Close a position, or a part of it: which plan's it was he does not know."""
        held = [symbol for symbol, size in ledger.net_traded.items() if size != ZERO]
        if not held:
            return False
        symbol = chance.choice(held)
        size = float(abs(ledger.net_traded[symbol])) * chance.uniform(*CLOSED_SHARES)
        return self._is_done(
            lambda client: client.market_close(symbol, _in_lots(client, symbol, size))
        )

    def _cancel(self, chance: Random, ledger: Ledger) -> bool:
        """Cancel an order that the Trader has placed."""
        working = [order for order in ledger.orders if order.is_working]
        if not working:
            return False
        order = chance.choice(working)
        return self._is_done(lambda client: client.cancel(order.symbol, order.order_id))

    def _rest(self, chance: Random, ledger: Ledger) -> bool:
        """Place an order of his own, far from the market."""
        symbol = chance.choice(sorted({order.symbol for order in ledger.orders}) or ["BTC"])

        def place(client: Exchange) -> Answer:
            price = float(price_text(FAR * float(client.info.all_mids()[symbol])))
            size = _in_lots(client, symbol, RESTING_USDC / price)
            return client.order(symbol, True, size, price, {"limit": {"tif": "Gtc"}})

        return self._is_done(place)

    def _is_done(self, ask: Callable[[Exchange], Answer]) -> bool:
        """Ask until there is an answer; one that was lost may have been taken."""
        for _ in range(ATTEMPTS):
            try:
                return _is_taken(ask(self._client()))
            except (requests.RequestException, ClientError, ServerError, KeyError):
                time.sleep(AGAIN_SECONDS)
        return False

    def _client(self) -> Exchange:
        return Exchange(self._wallet, self._url, timeout=TIMEOUT_SECONDS)


def _in_lots(client: Exchange, symbol: str, size: float) -> float:
    decimals: int = client.info.asset_to_sz_decimals[client.info.coin_to_asset[symbol]]
    return round(size, decimals)


def _is_taken(answer: Answer) -> bool:
    if not answer or answer["status"] != "ok":
        return False
    return all("error" not in status for status in answer["response"]["data"]["statuses"])
