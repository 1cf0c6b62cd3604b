"""A client of `/_local`, for tests: deposits, prices, and the ledger that is the witness."""

from typing import Any

import requests

TIMEOUT_SECONDS = 10


class Controls:
    def __init__(self, url: str) -> None:
        self.url = url

    def deposit(self, address: str, usdc: str = "10000") -> None:
        self._post("deposit", {"address": address, "usdc": usdc})

    def set_mid(self, coin: str, mid: str) -> None:
        self._post("market", {"coin": coin, "mid": mid})

    def set_depth(self, coin: str, bids: list[list[str]], asks: list[list[str]]) -> None:
        self._post("depth", {"coin": coin, "bids": bids, "asks": asks})

    def end_order(self, status: str, **target: Any) -> None:
        self._post("end_order", {"status": status} | target)

    def expire_agent(self, address: str) -> None:
        self._post("expire_agent", {"address": address})

    def set_fault(self, kind: str, **terms: Any) -> int:
        (number,) = self._post("faults", {"faults": [{"kind": kind} | terms]})["ids"]
        return int(number)

    def set_schedule(self, seed: int, **rates: float) -> None:
        self._post("faults", {"schedule": {"seed": seed} | rates})

    def faults(self) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/_local/faults", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        listing: dict[str, Any] = answer.json()
        return listing

    def clear_faults(self, number: int | None = None) -> None:
        path = "faults" if number is None else f"faults/{number}"
        answer = requests.delete(f"{self.url}/_local/{path}", timeout=TIMEOUT_SECONDS)
        assert answer.ok, answer.text

    def ledger_orders(self) -> list[dict[str, Any]]:
        return self._ledger()["orders"]

    def ledger_fills(self) -> list[dict[str, Any]]:
        return self._ledger()["fills"]

    def _ledger(self) -> dict[str, list[dict[str, Any]]]:
        answer = requests.get(f"{self.url}/_local/ledger", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        ledger: dict[str, list[dict[str, Any]]] = answer.json()
        return ledger

    def _post(self, control: str, body: dict[str, Any]) -> Any:
        answer = requests.post(f"{self.url}/_local/{control}", json=body, timeout=TIMEOUT_SECONDS)
        assert answer.ok, answer.text
        return answer.json()
