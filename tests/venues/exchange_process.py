"""The local exchange as a process of its own, and its `/_local` side: the independent witness."""

import subprocess
import sys
from types import TracebackType
from typing import Any, Self

import requests

TIMEOUT_SECONDS = 10


class ExchangeProcess:
    """Runs on a free port, prices frozen, from `__enter__` to `__exit__`."""

    def __init__(self) -> None:
        self.url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local_exchange", "--port", "0", "--seed", "1", "--frozen"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        assert "ready at" in ready, ready
        self.url = ready.split()[-1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=TIMEOUT_SECONDS)

    def deposit(self, address: str, usdc: str = "100000") -> None:
        self._post("deposit", {"address": address, "usdc": usdc})

    def set_mid(self, coin: str, mid: str) -> None:
        self._post("market", {"coin": coin, "mid": mid})

    def set_depth(self, coin: str, bids: list[list[str]], asks: list[list[str]]) -> None:
        self._post("depth", {"coin": coin, "bids": bids, "asks": asks})

    def orders_of(self, user: str) -> list[dict[str, Any]]:
        """What was really accepted of this user's."""
        return [order for order in self._ledger()["orders"] if order["user"] == user]

    def fills_of(self, user: str) -> list[dict[str, Any]]:
        """What really traded of this user's."""
        return [fill for fill in self._ledger()["fills"] if fill["user"] == user]

    def _ledger(self) -> dict[str, list[dict[str, Any]]]:
        reply = requests.get(f"{self.url}/_local/ledger", timeout=TIMEOUT_SECONDS)
        reply.raise_for_status()
        ledger: dict[str, list[dict[str, Any]]] = reply.json()
        return ledger

    def _post(self, control: str, body: dict[str, Any]) -> None:
        reply = requests.post(f"{self.url}/_local/{control}", json=body, timeout=TIMEOUT_SECONDS)
        assert reply.ok, reply.text
