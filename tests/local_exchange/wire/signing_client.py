"""Signs requests as the official client does, for tests that post raw bytes."""

import copy
import time
from typing import Any

import requests
from eth_account import Account
from eth_account.signers.local import LocalAccount
from hyperliquid.utils import signing

WALLET: LocalAccount = Account.from_key("0x" + "0123456789" * 6 + "0123")
ADDRESS: str = WALLET.address.lower()
TIMEOUT_SECONDS = 10
CLOID = "0x000000000000000000000000000000ab"


def limit_order(
    asset: int = 0,
    is_buy: bool = True,
    price: str = "100",
    size: str = "1",
    tif: str = "Gtc",
    reduce_only: bool = False,
    cloid: str | None = None,
) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "a": asset,
        "b": is_buy,
        "p": price,
        "s": size,
        "r": reduce_only,
        "t": {"limit": {"tif": tif}},
    }
    if cloid is not None:
        wire["c"] = cloid
    return wire


def order_action(*orders: dict[str, Any], grouping: str = "na") -> dict[str, Any]:
    return {"type": "order", "orders": list(orders), "grouping": grouping}


def signed_request(
    action: dict[str, Any],
    nonce: int,
    wallet: LocalAccount = WALLET,
    vault: str | None = None,
    expires_after: int | None = None,
) -> dict[str, Any]:
    """The JSON body that the official client posts for an L1 action."""
    return {
        "action": copy.deepcopy(action),
        "nonce": nonce,
        "signature": signing.sign_l1_action(wallet, action, vault, nonce, expires_after, False),
        "vaultAddress": vault,
        "expiresAfter": expires_after,
    }


def signed_approval(
    agent: str, nonce: int, name: str | None = None, wallet: LocalAccount = WALLET
) -> dict[str, Any]:
    """An agent's approval; the client signs an absent name as "" and leaves it off the wire."""
    action: dict[str, Any] = {
        "type": "approveAgent",
        "agentAddress": agent,
        "agentName": name or "",
        "nonce": nonce,
    }
    signature = signing.sign_agent(wallet, action, False)
    if name is None:
        del action["agentName"]
    return {
        "action": action,
        "nonce": nonce,
        "signature": signature,
        "vaultAddress": None,
        "expiresAfter": None,
    }


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Client:
    """Signs with consecutive nonces and posts."""

    def __init__(self, url: str) -> None:
        self._session = requests.Session()
        self._url = url
        self.nonce = now_ms()

    def post(self, request: dict[str, Any]) -> Any:
        answer = self._session.post(f"{self._url}/exchange", json=request, timeout=TIMEOUT_SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def next_nonce(self) -> int:
        self.nonce += 1
        return self.nonce

    def act(self, action: dict[str, Any], **how: Any) -> Any:
        return self.post(signed_request(action, self.next_nonce(), **how))

    def order(self, *orders: dict[str, Any], grouping: str = "na") -> list[Any]:
        answer = self.act(order_action(*orders, grouping=grouping))
        assert answer["response"]["type"] == "order", answer
        statuses: list[Any] = answer["response"]["data"]["statuses"]
        return statuses

    def close(self) -> None:
        self._session.close()
