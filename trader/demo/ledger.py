"""What the local exchange says happened: the demo believes it, not the Trader."""

from dataclasses import dataclass

import requests

from trader.errors import Retryable

TIMEOUT_SECONDS = 5.0


class LedgerUnavailable(Retryable):
    """The local exchange did not give its ledger."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Accepted orders by client order id, in the order of acceptance, and the count of fills."""

    cloids: tuple[str | None, ...]
    fills: int


def read_ledger(exchange_url: str) -> Ledger:
    """The exchange's own ledger. Raises LedgerUnavailable."""
    try:
        reply = requests.get(f"{exchange_url}/_local/ledger", timeout=TIMEOUT_SECONDS)
        reply.raise_for_status()
    except requests.RequestException as error:
        raise LedgerUnavailable(f"{exchange_url} gives no ledger: {error}") from error
    content = reply.json()
    return Ledger(
        cloids=tuple(order["cloid"] for order in content["orders"]), fills=len(content["fills"])
    )
